// A lesson: one frame for all of them, filled from its content file.

import { makeClock } from './clock.js';
import { makeButtons, makeControls } from './controls.js';
import { element, show, write } from './element.js';
import { makeExercise, makeNumbers, makeRule, makeTable, makeVerdict } from './figures.js';
import { makeGlide } from './glide.js';
import { makeGround } from './ground.js';
import { makeKeys } from './keys.js';
import { quantities, words } from './live.js';
import { makePanels } from './panels.js';
import { makePicture } from './picture.js';
import { evaluator, prose } from './prose.js';
import { makeStore } from './store.js';
import { sayCurve, sayMap, TEXT } from './strings.js';
import * as strip from './view/strip.js';
import { makeWalk } from './walk.js';

/**
 * @typedef {import('./ground.js').Ground} Ground
 * @typedef {ReturnType<typeof import('./wire.js').connect>} Wire
 */

const STEPPING = 520; // milliseconds that a step takes
const RUNNING = 230; // and one of many
const REST = 350; // milliseconds without a change after which the engine is asked, and the link written

/**
 * @param {HTMLElement} main
 * @param {any} lesson
 * @param {Wire} wire
 * @param {(text: string) => void} speak
 */
export async function openLesson(main, lesson, wire, speak) {
  const variables = /** @type {string[]} */ (lesson.of.variables);
  const stretches = variables.map((v) => lesson.stretches[v]);
  const single = variables.length === 1;
  const { picture } = lesson;
  const actions = /** @type {('step' | 'run' | 'mirror' | 'undo' | 'play')[]} */ (picture.actions ?? []);
  /** @type {import('./store.js').State} */
  const first = {
    x: variables.map((v) => lesson.start[v]), trail: [], rate: lesson.set.rate, h: lesson.set.h, heading: lesson.set.heading,
    tab: 'predict', guess: lesson.predict.kind === 'arrow' ? 0 : null, told: false, f: '', done: [],
  };
  const store = makeStore(first, location.hash.slice(1));
  const evaluate = evaluator(lesson.tapes);
  /** @type {Ground} */
  let ground = makeGround(lesson.of, lesson.described, wire, changed);
  let queued = false;
  let resting = 0;
  /** @type {import('./prose.js').Live} */
  let live;

  const panels = makePanels({ lesson, store, evaluate, take, examples: () => lesson.own.examples });
  const figures = makeNumbers(lesson.numbers, evaluate);
  const rule = makeRule(lesson, evaluate);
  const table = picture.table ? makeTable(variables[0]) : null;
  const verdict = makeVerdict();
  const exercise = makeExercise(lesson, evaluate, (answer) => /** @type {any} */ (wire.ask('check', { lesson: lesson.name, answer })));
  const controls = makeControls(picture.controls ?? [], lesson.range ?? {}, store);
  const walk = makeWalk({ store, ground: () => ground, wire, stretches, verdict });
  const clock = makeClock(store, stretches[0]);
  const glide = makeGlide();
  const acts = { step: walk.step, run: walk.run, mirror: walk.mirror, undo: () => store.undo(), play: clock.toggle };
  const buttons = makeButtons(actions.map((name) => ({ name, main: name === 'step' || name === 'play', act: acts[name] })));
  const views = makePicture({ picture, wire, stretches, onmove: move, ongrab: () => store.mark(), onrest: settle,
    onguess: (degrees) => store.set({ guess: degrees }) });
  const losses = element('div', { class: 'view' });
  const loss = picture.strip ? strip.make(losses) : null;
  const said = element('p', { class: 'sentence' });
  const lead = prose(lesson.lead, evaluate, 'p', { class: 'lead' });
  const card = element('section', { class: 'card figures' }, figures.el, element('div', { class: 'tools' }, controls.el, buttons, figures.digits));
  const left = element('div', { class: 'left' },
    element('p', { class: 'kicker' }, TEXT.lesson(lesson.number, lesson.kicker)),
    element('h1', {}, lesson.title), lead.el, views.first, single ? null : card,
    element('details', { class: 'spoken' }, element('summary', {}, TEXT.spoken), said));
  const right = element('div', { class: 'right' }, panels.el, views.second, single ? card : null, loss ? losses : null, table?.el);
  main.replaceChildren(element('div', { class: `lesson ${single ? 'one' : 'two'}` }, left, right), verdict.el, rule.el, exercise.el);
  const keys = /** @type {Record<string, () => void>} */ ({ Backspace: () => store.undo(), '[': () => controls.nudge('rate', -1), ']': () => controls.nudge('rate', 1) });
  const pressed = /** @type {const} */ ([['step', 'Enter'], ['run', ' '], ['play', ' ']]);
  for (const [name, key] of pressed) if (actions.includes(name)) keys[key] = acts[name];
  makeKeys(main, keys);

  store.subscribe(changed);
  if (store.state.f) await take(store.state.f, true).catch(() => views.look(ground));
  else await views.look(ground);
  draw();
  settle();

  /** @param {number[]} x */
  function move(x) {
    store.set({ x, trail: [] });
  }

  /** @type {import('./store.js').State} */
  let before = store.state;

  function changed() {
    const { state } = store;
    if (state.trail.length === before.trail.length + 1 && state.trail.at(-1) === before.x) glide.begin(before.x, state.x, walk.running ? RUNNING : STEPPING);
    else if (state.x !== before.x) glide.end();
    before = state;
    if (!queued) {
      queued = true;
      requestAnimationFrame(draw);
    }
    clearTimeout(resting);
    resting = window.setTimeout(settle, REST);
  }

  function draw() {
    queued = false;
    const began = performance.now();
    const { state } = store;
    const numbers = quantities(ground, state, stretches);
    live = { numbers, words: { ...words(numbers), formula: state.f || lesson.formula.replace(/^.*?= */, '') } };
    const hidden = state.tab === 'predict' && !state.told;
    const sentence = single ? sayCurve(variables[0], numbers, hidden)
      : sayMap(variables, numbers, ground.described.axes ? live.words.compass : '', { value: picture.unit ?? '', along: picture.unit ?? '', hidden });
    const stepping = glide.now;
    const path = stepping ? state.trail : [...state.trail, state.x];
    const drawnNumbers = stepping ? quantities(ground, { ...state, x: stepping.x, trail: state.trail.slice(0, -1) }, stretches) : numbers;
    views.update({
      x: stepping?.x ?? state.x, trail: stepping ? state.trail.slice(0, -1) : state.trail, numbers: drawnNumbers, hidden, said: sentence, stepping,
      guess: hidden || state.tab === 'predict' ? state.guess : null, heading: state.heading,
      paths: picture.shows.includes('path') && !single ? [{ points: path, kind: 'first' }] : [],
    });
    if (stepping && !queued) {
      queued = true;
      requestAnimationFrame(draw);
    }
    loss?.update([{ values: [...state.trail, state.x].map(ground.value), kind: 'first' }]);
    panels.update(live, state);
    figures.update(live, hidden);
    controls.update(state);
    lead.update(live);
    rule.update(live);
    table?.update([...state.trail, state.x], ground, state.rate, hidden);
    write(said, sentence);
    show(rule.el, !hidden);
    performance.measure('draw', { start: began });
  }

  async function settle() {
    clearTimeout(resting);
    const { state } = store;
    const link = store.link();
    history.replaceState(null, '', link ? `#${link}` : location.pathname);
    try {
      const told = await wire.ask('at', { of: ground.named, x: state.x });
      if (store.state !== state || !live) return;
      const reading = { x: state.x, f: told.value, g: told.gradient, fresh: true };
      const numbers = quantities(ground, state, stretches, reading);
      rule.settle({ numbers, words: live.words });
      figures.update({ numbers, words: live.words }, state.tab === 'predict' && !state.told);
      speak(said.textContent ?? '');
      document.documentElement.dataset.settled = String(Number(document.documentElement.dataset.settled ?? 0) + 1);
    } catch {
      // a later question took its place, or the engine is away, which the page says elsewhere
    }
  }

  /**
   * Make a formula of the reader's the ground of the lesson; '' gives back the lesson's own.
   * @param {string} formula
   * @param {boolean} [stay]  at the point where the link was made
   */
  async function take(formula, stay = false) {
    const named = formula ? { formula, variables } : lesson.of;
    const described = formula ? await wire.ask('describe', { of: named }) : lesson.described;
    ground = makeGround(named, described, wire, changed);
    await views.look(ground);
    if (!stay) {
      store.mark();
      store.set({ f: formula, trail: [] });
    }
    verdict.update(null);
  }
}
