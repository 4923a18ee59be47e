// A lesson: one frame for all of them, filled from its content file.

import { makeClock } from './clock.js';
import { makeButtons, makeControls } from './controls.js';
import { element, show, write } from './element.js';
import { makeExercise, makeNumbers, makeRule, makeTable, makeVerdictCard } from './figures.js';
import { makeGlide } from './glide.js';
import { makeGround } from './ground.js';
import { makeKeys } from './keys.js';
import { quantities, words } from './live.js';
import { makePanels } from './panels.js';
import { makePicture } from './picture.js';
import { evaluator, prose } from './prose.js';
import { settling, underWay } from './settling.js';
import { makeStore, stateOf } from './store.js';
import { sayCurve, sayMap, TEXT } from './strings.js';
import { makeVariables } from './variables.js';
import * as strip from './view/strip.js';
import { makeWalk } from './walk.js';

/**
 * @typedef {import('./ground.js').Ground} Ground
 * @typedef {ReturnType<typeof import('./wire.js').connect>} Wire
 * @typedef {'step' | 'run' | 'mirror' | 'undo' | 'play'} Action
 */

const STEPPING = 520; // milliseconds that a step takes
const RUNNING = 230; // and one of many
const REST = 350; // milliseconds without a change after which the engine is asked, and the link written
const STRETCH = [-4, 4]; // of a variable of which the lesson says nothing

/**
 * @param {HTMLElement} main
 * @param {any} lesson
 * @param {Wire} wire
 * @param {(text: string) => void} speak
 */
export async function openLesson(main, lesson, wire, speak) {
  const single = lesson.of.variables.length === 1;
  const { picture } = lesson;
  const actions = /** @type {Action[]} */ (picture.actions ?? []);
  /** @type {import('./store.js').State} */
  const first = {
    x: lesson.of.variables.map((/** @type {string} */ v) => lesson.start[v]), trail: [], rate: lesson.set.rate, h: lesson.set.h, heading: lesson.set.heading,
    tab: 'predict', guess: lesson.predict.kind === 'arrow' ? 0 : null, told: false, f: '', done: [], pair: [0, 1],
  };
  const store = makeStore(first, location.hash.slice(1));
  const evaluate = evaluator(lesson.tapes);
  /** @type {Ground} */
  let ground = makeGround(lesson.of, lesson.described, wire, changed);
  let stretches = stretchesOf(lesson.of.variables);
  let before = store.state;
  let queued = false;
  let resting = 0;
  /** @type {import('./prose.js').Live} */
  let live;

  const panels = makePanels({ lesson, store, evaluate, take });
  const figures = makeNumbers(lesson.numbers, evaluate);
  const rule = makeRule(lesson, evaluate);
  const table = picture.table ? makeTable(lesson.of.variables[0]) : null;
  const verdict = makeVerdictCard();
  const exercise = makeExercise(lesson, evaluate, (answer) => /** @type {any} */ (wire.ask('check', { lesson: lesson.name, answer })));
  const controls = makeControls(picture.controls ?? [], lesson.range ?? {}, store);
  const walk = makeWalk({ store, ground: () => ground, wire, stretches: () => stretches, verdict });
  const clock = makeClock(store, stretches[0], (running) => {
    const button = buttons.querySelector('[data-action=play]');
    if (button) write(button, running ? TEXT.stop : TEXT.actions.play);
  });
  const glide = makeGlide();
  const acts = { step: walk.step, run: walk.run, mirror: walk.mirror, undo, play: clock.toggle };
  const buttons = makeButtons(actions.map((name) => ({ name, main: name === 'step' || name === 'play', act: acts[name] })));
  const views = makePicture({ picture, wire, onmove: move, ongrab: () => store.mark(), onrest: settle, onguess: (degrees) => store.set({ guess: degrees }) });
  const variables = picture.each ? makeVariables({ steps: true, onmove: move, ongrab: () => store.mark(), onrest: settle, onpair: pairUp }) : null;
  const losses = element('div', { class: 'view' });
  const loss = picture.strip ? strip.make(losses) : null;
  const said = element('p', { class: 'sentence' });
  const lead = prose(lesson.lead, evaluate, 'p', { class: 'lead' });
  const card = element('section', { class: 'card figures' }, figures.el, element('div', { class: 'tools' }, controls.el, buttons, figures.digits));
  const head = [element('p', { class: 'kicker' }, TEXT.lesson(lesson.number, lesson.kicker)), element('h1', {}, lesson.title), lead.el];
  const spoken = element('details', { class: 'spoken' }, element('summary', {}, TEXT.spoken), said);
  const [left, right] = [element('div', { class: 'left' }), element('div', { class: 'right' })];
  const narrow = matchMedia('(max-width: 1040px)');
  narrow.addEventListener('change', arrange);
  arrange();
  main.replaceChildren(element('div', { class: `lesson ${single ? 'one' : 'two'}` }, left, right), verdict.el, rule.el, exercise.el);
  const keys = /** @type {Record<string, () => void>} */ ({ Backspace: undo, '[': () => controls.nudge('rate', -1), ']': () => controls.nudge('rate', 1) });
  const pressed = /** @type {const} */ ([['step', 'Enter'], ['run', ' '], ['play', ' ']]);
  for (const [name, key] of pressed) if (actions.includes(name)) keys[key] = acts[name];
  makeKeys(main, keys);

  store.subscribe(changed);
  addEventListener('hashchange', follow);
  if (store.state.f) await take(store.state.f, true).catch(() => look());
  else await look();
  draw();
  settle();

  /** On a narrow page all is in one column, in the order of the lesson: what to do stands before the pictures. */
  function arrange() {
    const some = (/** @type {any[]} */ ...list) => list.filter(Boolean);
    const drawn = loss ? losses : null;
    if (narrow.matches) left.replaceChildren(...some(...head, panels.el, views.first, views.second, views.third, card, drawn, variables?.el, table?.el, spoken));
    else {
      left.replaceChildren(...some(...head, views.first, single ? null : card, variables?.el, spoken));
      right.replaceChildren(...some(panels.el, views.second, views.third, single ? card : null, drawn, table?.el));
    }
  }

  /** @param {string[]} names */
  function stretchesOf(names) {
    return names.map((v) => lesson.stretches[v] ?? STRETCH);
  }

  async function look() {
    const { state } = store;
    variables?.look(ground.variables, stretches);
    await views.look({ ground, stretches, pair: state.pair, x: state.x });
  }

  /** @param {number[]} x */
  function move(x) {
    store.set({ x, trail: [] });
  }

  /** @param {number[]} pair */
  async function pairUp(pair) {
    store.mark();
    store.set({ pair });
    await look();
  }

  /** Another link to this page: what it says takes the place of what is shown, and undo brings that back. */
  function follow() {
    return underWay(followed());
  }

  async function followed() {
    walk.halt();
    clock.halt();
    store.mark();
    const { f, pair } = store.state;
    const next = stateOf(location.hash.slice(1), first);
    store.set(next);
    if (next.f !== f) await take(next.f, true).catch(() => {});
    else if (next.pair.join() !== pair.join()) await look();
    verdict.update(null);
    draw();
    await settle();
  }

  function undo() {
    const { f, pair } = store.state;
    store.undo();
    if (store.state.f !== f) take(store.state.f, true).catch(() => {});
    else if (store.state.pair !== pair) look();
  }

  function changed() {
    const { state } = store;
    settling(false);
    if (state.trail.length === before.trail.length + 1 && state.trail.at(-1) === before.x) glide.begin(before.x, state.x, walk.running ? RUNNING : STEPPING);
    else if (state.x !== before.x) glide.end();
    before = state;
    again();
    clearTimeout(resting);
    resting = window.setTimeout(settle, REST);
  }

  function again() {
    if (queued) return;
    queued = true;
    requestAnimationFrame(draw);
  }

  function draw() {
    queued = false;
    const began = performance.now();
    const { state } = store;
    if (state.x.length !== ground.variables.length) return; // another function is on its way
    const numbers = quantities(ground, state, stretches);
    live = { numbers, words: { ...words(numbers, ground.variables), formula: state.f || lesson.formula.replace(/^.*?= */, '') } };
    const hidden = state.tab === 'predict' && !state.told;
    const sentence = single ? sayCurve(ground.variables[0], numbers, { slope: !(hidden && picture.shows.includes('veil')), step: !hidden && picture.shows.includes('step') })
      : sayMap(ground.variables, numbers, ground.described.axes ? compassOf(live) : '', { value: picture.unit ?? '', along: picture.unit ?? '', hidden });
    drawViews(numbers, hidden, sentence);
    loss?.update([{ values: [...state.trail, state.x].map(ground.value), kind: 'first' }]);
    panels.update(live, state);
    figures.update(live, hidden);
    variables?.update(state.x, numbers, state.pair, hidden);
    controls.update(state);
    lead.update(live);
    rule.update(live);
    table?.update([...state.trail, state.x], ground, state.rate, hidden);
    write(said, sentence);
    show(rule.el, !hidden);
    performance.measure('draw', { start: began });
  }

  /**
   * The pictures; while a step is being taken they are at its beginning, and the point on its way.
   * @param {import('./live.js').Numbers} numbers
   * @param {boolean} hidden
   * @param {string} sentence
   */
  function drawViews(numbers, hidden, sentence) {
    const { state } = store;
    const stepping = glide.now;
    const [x, trail] = stepping ? [stepping.x, state.trail.slice(0, -1)] : [state.x, state.trail];
    views.update({
      x, trail, stepping, hidden, said: sentence, heading: state.heading,
      numbers: stepping ? quantities(ground, { ...state, x, trail }, stretches) : numbers,
      guess: hidden || state.tab === 'predict' ? state.guess : null,
      paths: picture.shows.includes('path') && !single ? [{ points: [...trail, x], kind: 'first' }] : [],
    });
    if (stepping) again();
  }

  async function settle() {
    clearTimeout(resting);
    const { state } = store;
    const link = store.link();
    history.replaceState(null, '', link ? `#${link}` : location.pathname);
    const of = ground;
    try {
      const told = await of.told(state.x);
      if (store.state !== state || of !== ground || !live) return;
      const reading = { x: state.x, f: told.value, g: told.gradient, fresh: true };
      const numbers = quantities(ground, state, stretches, reading);
      const exact = { numbers, words: { ...live.words, ...words(numbers, ground.variables) } };
      rule.settle(exact);
      figures.update(exact, state.tab === 'predict' && !state.told);
      speak(said.textContent ?? '');
      settling(true);
    } catch {
      // a later question took its place, or the engine is away, which the page says elsewhere
    }
  }

  /**
   * Make a formula of the reader's the ground of the lesson; '' gives back the lesson's own.
   * @param {string} formula
   * @param {boolean} [stay]  at the point where the link was made
   */
  function take(formula, stay = false) {
    return underWay(taken(formula, stay));
  }

  /**
   * @param {string} formula
   * @param {boolean} stay
   */
  async function taken(formula, stay) {
    const named = formula ? (lesson.own.any ? { formula } : { formula, variables: lesson.of.variables }) : lesson.of;
    try {
      const described = formula ? await wire.ask('describe', { of: named }) : lesson.described;
      if (!single && described.variables.length < 2) throw new Error(TEXT.tooFew(described.variables));
      const was = Object.fromEntries(ground.variables.map((v, i) => [v, store.state.x[i]]));
      ground = makeGround(named, described, wire, changed);
      stretches = stretchesOf(ground.variables);
      if (!stay) {
        store.mark();
        store.set({ f: formula, trail: [], x: placeOf(was), pair: [0, 1] });
      } else if (store.state.x.length !== ground.variables.length) store.set({ trail: [], x: placeOf({}), pair: [0, 1] });
      await look();
    } finally {
      changed();
    }
    verdict.update(null);
  }

  /**
   * Where the reader stands on another function: as before along variables that it has too.
   * @param {Record<string, number>} was
   */
  function placeOf(was) {
    return ground.variables.map((v, i) => was[v] ?? lesson.start[v] ?? [2.4, -1.6, 3.2, -2.8][i % 4]);
  }
}

/** @param {import('./prose.js').Live} live */
const compassOf = ({ words: { compass } }) => String(compass);
