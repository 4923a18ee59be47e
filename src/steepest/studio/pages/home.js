// The first page: the lessons as a path up the mountain, and the way into one's own.

import { element } from './element.js';
import { makeGround } from './ground.js';
import { quantities } from './live.js';
import { makePicture } from './picture.js';
import { settling } from './settling.js';
import { sayMap, TEXT } from './strings.js';

/**
 * @param {HTMLElement} main
 * @param {any[]} lessons
 * @param {any} wire
 * @param {string} said
 */
export async function openHome(main, lessons, wire, said) {
  const beads = lessons.map((lesson) => element('li', {},
    element('a', { class: 'bead-card', href: `/lesson/${lesson.name}` },
      element('span', { class: 'bead-number', 'aria-hidden': 'true' }, String(lesson.number)),
      element('span', {}, element('b', {}, lesson.title), element('span', { class: 'muted' }, lesson.kicker)))));
  const stage = element('div', { class: 'left' });
  main.replaceChildren(element('div', { class: 'lesson home' },
    element('div', { class: 'left' },
      said ? element('p', { class: 'because' }, said) : null,
      element('h1', {}, TEXT.welcome), element('p', { class: 'lead' }, TEXT.about), stage),
    element('div', { class: 'right' }, element('h2', {}, TEXT.lessons), element('ol', { class: 'beads' }, ...beads),
      element('a', { class: 'mine', href: '/free' }, TEXT.mine))));
  const lesson = lessons.find((one) => one.picture.views[0] === 'mountain');
  if (!lesson) return;
  const stretches = lesson.of.variables.map((/** @type {string} */ v) => lesson.stretches[v]);
  const ground = makeGround(lesson.of, lesson.described, wire, () => {});
  let x = lesson.of.variables.map((/** @type {string} */ v) => lesson.start[v]);
  const views = makePicture({ picture: { ...lesson.picture, views: ['mountain'], tall: 0.66 }, wire, ongrab: () => {}, onrest: () => {}, onguess: () => {}, onmove: (to) => {
    x = to;
    paint();
  } });
  function paint() {
    const numbers = quantities(ground, { x }, stretches);
    views.update({ x, trail: [], numbers, hidden: false, said: sayMap(ground.variables, numbers, '', { value: '', along: '', hidden: true }), guess: null, heading: 0 });
  }
  stage.append(views.first);
  await views.look({ ground, stretches, pair: [0, 1], x });
  paint();
  settling(true); // no digits are shown here that the engine would have to say
}
