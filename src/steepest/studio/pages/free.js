// Free exploration: any formula, the real mountain, or the function the studio was started with;
// two walks by whatever methods the engine has, basins, and what the engine says of them.

import { makeBasins } from './basins.js';
import { element, show, write } from './element.js';
import { makeGround } from './ground.js';
import { makeKeys } from './keys.js';
import { askAhead } from './land.js';
import { quantities, words } from './live.js';
import { typeset } from './math.js';
import { makePicture } from './picture.js';
import { makeRace } from './race.js';
import { makeRanges } from './ranges.js';
import { painted, settling, underWay } from './settling.js';
import { sayCurve, sayMap, TEXT } from './strings.js';
import { makeVariables } from './variables.js';

/**
 * @typedef {ReturnType<typeof import('./wire.js').connect>} Wire
 * @typedef {import('./ground.js').Ground} Ground
 */

const FIRST = 'n^2 + 3e^2 + sin(3n) e';
const EXAMPLES = [FIRST, '(1-x)^2 + 100(y-x^2)^2', 'sin(x) cos(y) + (x^2 + y^2)/20', '(x^2 + y - 11)^2 + (x + y^2 - 7)^2', 'w^4 - 3w^2 + w', 'x^2 + 2y^2 + 3z^2 + x y z'];
const REST = 350; // milliseconds without a change after which the engine is asked, and the link written
const STRETCH = [-4, 4];
const MEASURED = [9000, 14000]; // where a reader first stands on the real mountain, in metres

/**
 * @param {HTMLElement} main
 * @param {string} own  the function the studio was started with
 * @param {Wire} wire
 * @param {(text: string) => void} speak
 */
export async function openFree(main, own, wire, speak) {
  let link = new URLSearchParams(location.hash.slice(1));
  /** @type {Ground | null} */
  let ground = null;
  /** @type {number[]} */
  let x = [];
  /** @type {number[][]} */
  let stretches = [];
  let pair = [0, 1];
  let log = link.has('log');
  let named = namedBy(link, own);
  /** @type {any} */
  let picture = null;
  /** @type {Ground | null} */
  let pictured = null; // what the picture is of
  let resting = 0;
  let queued = false;
  const past = /** @type {{x: number[], pair: number[]}[]} */ ([]);

  const box = element('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off', maxlength: 2000, 'aria-label': TEXT.yourFunction, value: named.formula ?? '' });
  const said = element('p', { class: 'said', role: 'status' });
  const notes = element('p', { class: 'hint' });
  const latex = element('p', { class: 'typed' });
  const take = element('button', { type: 'button', class: 'main', onclick: () => look({ formula: box.value }) }, TEXT.take);
  box.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Enter') look({ formula: box.value });
  });
  const chip = (/** @type {string} */ text, /** @type {Record<string, any>} */ next, kind = '') => element('button', { type: 'button', class: `chip ${kind}`, onclick: () => look(next) }, text);
  const chips = [
    own ? chip(own.includes('.py:') ? own.replace(/^.*[\\/]/, '') : TEXT.ownFormula, { own: true }) : null,
    chip(TEXT.mountain, { terrain: 'jacksboro' }),
    ...EXAMPLES.map((formula) => chip(formula, { formula }, 'maths')),
  ];
  const ranges = makeRanges((next) => {
    stretches = next;
    redraw();
  });
  const logarithm = element('input', { type: 'checkbox', onchange: () => {
    log = logarithm.checked;
    redraw();
  } });
  const logBox = element('label', { class: 'row log' }, logarithm, TEXT.logarithm);
  const pictures = element('div', { class: 'pictures' });
  const table = element('tbody', {});
  const sentence = element('p', { class: 'sentence hint' });
  const slope = element('section', { class: 'card' }, element('h2', {}, TEXT.here), element('table', { class: 'slope', 'aria-label': TEXT.here }, table));
  const remember = () => past.push({ x, pair });
  const variables = makeVariables({ steps: false, onmove: move, ongrab: remember, onrest: settle, onpair: (next) => {
    remember();
    pair = next;
    redraw();
  } });
  const basins = makeBasins({ wire, changed, where: () => ({ of: ground?.named, stretches, variables: ground?.variables ?? [] }) });
  const race = await makeRace({ wire, where: () => ({ of: ground?.named, x }), changed });
  const below = element('div', { class: 'below' });
  main.replaceChildren(
    element('p', { class: 'kicker' }, TEXT.free), element('h1', {}, TEXT.freeTitle),
    element('section', { class: 'card source' }, element('div', { class: 'formula-box' }, element('span', { class: 'maths', 'aria-hidden': 'true' }, 'f ='), box, take),
      element('div', { class: 'row wrap' }, ...chips), said, notes, element('div', { class: 'row wrap reading' }, latex, element('div', { class: 'row wrap' }, logBox, ranges.el))),
    pictures, variables.el, element('details', { class: 'spoken' }, element('summary', {}, TEXT.spoken), sentence),
    below);
  makeKeys(main, { Enter: race.start, Backspace: undo });

  addEventListener('hashchange', () => {
    link = new URLSearchParams(location.hash.slice(1));
    look(namedBy(link, own), true);
  });
  await look(named, true);

  /**
   * Look at another function.
   * @param {Record<string, any>} next
   * @param {boolean} [first]  as the link has it
   */
  function look(next, first = false) {
    return underWay(looked(next, first));
  }

  /**
   * @param {Record<string, any>} next
   * @param {boolean} first
   */
  async function looked(next, first) {
    said.classList.remove('wrong');
    write(said, TEXT.reading);
    try {
      const description = wire.ask('describe', { of: next });
      // most often the next formula has as many variables as the one before
      if (next.formula && !first && ground?.variables.length === 2) askAhead(next, [STRETCH, STRETCH], wire);
      const told = await description;
      named = next;
      box.value = next.formula ?? '';
      box.placeholder = next.formula ? '' : TEXT.lookedAt(told.name, told.variables);
      ground = makeGround(named, told, wire, changed);
      past.length = 0;
      place(told, first ? link : new URLSearchParams());
      const drawn = draw(); // while its land is on the way, the rest is written
      write(said, '');
      if (told.latex) typeset(latex, told.latex);
      show(latex, Boolean(told.latex));
      write(notes, [told.title ? TEXT.measured : '', told.numerical ? TEXT.numerical : '', ...told.notes].filter(Boolean).join(' · '));
      await drawn;
    } catch (error) {
      complain(error);
      if (ground) await settle(); // what was shown before still stands
      else settling(true); // nothing is shown
    }
  }

  /** Say what is wrong. @param {any} error */
  function complain(error) {
    said.classList.add('wrong');
    write(said, error.message);
  }

  /**
   * Point, stretches and pair, as a link says them or as suits a function.
   * @param {any} told
   * @param {URLSearchParams} from
   */
  function place(told, from) {
    const count = told.variables.length;
    const list = (/** @type {string} */ key) => (from.get(key) ?? '').split(',').filter(Boolean).map(Number);
    const good = (/** @type {number[]} */ found, /** @type {number} */ size) => found.length === size && found.every(Number.isFinite);
    const given = list('range');
    stretches = told.variables.map((/** @type {string} */ _, /** @type {number} */ i) => (good(given, 2 * count) ? given.slice(2 * i, 2 * i + 2) : told.bounds?.[i] ?? STRETCH));
    x = good(list('x'), count) ? list('x') : told.bounds ? MEASURED : stretches.map(([a, b], i) => Number((a + (b - a) * [0.7, 0.62, 0.4, 0.55][i % 4]).toPrecision(3)));
    const drawn = list('pair');
    if (from === link) log = from.has('log');
    logarithm.checked = log;
    pair = good(drawn, 2) && drawn[0] !== drawn[1] && drawn.every((i) => i in told.variables) ? drawn : [0, 1];
  }

  /** Draw the same function in another way; its numbers need not wait for its land. */
  function redraw() {
    underWay(draw().catch(complain));
    changed();
  }

  async function draw() {
    if (!ground) return;
    const count = ground.variables.length;
    ranges.look(ground.variables, stretches);
    basins.clear(count === 2);
    race.clear(ground.described.rate ?? null);
    variables.look(ground.variables, stretches);
    show(variables.el, count > 2);
    if (pictured !== ground) placePicture(count);
    show(logBox, count > 1);
    if (!await picture.look({ ground, stretches, pair, x, log })) return;
    changed();
    await painted(); // what is drawn comes first, its link and its table after it
    await settle();
  }

  /** Room for a picture of the function; one of another would be taken hold of as if it were this. @param {number} count */
  function placePicture(count) {
    picture?.dispose();
    pictured = ground;
    picture = makePicture({
      picture: count === 1 ? { views: ['curve'], shows: ['tangent', 'path'] } : { views: ['mountain', 'map'], shows: ['arrow', 'gradient', 'legs', 'disc'] },
      wire, onmove: move, ongrab: remember, onrest: settle, onguess: () => {},
    });
    pictures.className = `pictures ${count === 1 ? 'single' : ''}`;
    // beside a curve there is room for its numbers
    pictures.replaceChildren(picture.first, picture.second ?? slope);
    below.replaceChildren(...(picture.second ? [element('div', {}, slope, basins.el)] : []), race.el);
  }

  /** @param {number[]} to */
  function move(to) {
    x = to;
    changed();
  }

  function undo() {
    const before = past.pop();
    if (!before) return;
    const other = before.pair !== pair;
    ({ x, pair } = before);
    if (other) redraw();
    else changed();
  }

  function changed() {
    settling(false);
    if (!queued) {
      queued = true;
      requestAnimationFrame(paint);
    }
    clearTimeout(resting);
    resting = window.setTimeout(settle, REST);
  }

  function paint() {
    queued = false;
    if (!ground || !picture || x.length !== ground.variables.length) return;
    const single = ground.variables.length === 1;
    const numbers = quantities(ground, { x }, stretches);
    const units = ground.described.units ?? {};
    const spoken = single ? sayCurve(ground.variables[0], numbers, { slope: true, step: false })
      : sayMap(ground.variables, numbers, ground.described.axes ? words(numbers, ground.variables).compass : '', { value: units.value ?? '', along: units[ground.variables[0]] ?? '', hidden: false });
    write(sentence, spoken);
    variables.update(x, numbers, pair, false);
    picture.update({ x, trail: [], numbers, hidden: false, said: spoken, guess: null, heading: numbers.bearing || 0, paths: race.paths(), basins: basins.found });
  }

  async function settle() {
    clearTimeout(resting);
    if (!ground) return;
    const parts = new URLSearchParams(named.formula ? { f: named.formula } : { [named.terrain ? 'terrain' : 'own']: '1' });
    parts.set('x', x.join(','));
    if (!named.terrain) parts.set('range', stretches.flat().join(','));
    if (log) parts.set('log', '1');
    if (pair.join() !== '0,1') parts.set('pair', pair.join(','));
    history.replaceState(null, '', `#${parts}`);
    const [here, of] = [x, ground];
    try {
      const told = await of.told(x);
      if (here !== x || of !== ground) return;
      table.replaceChildren(...told.words.map((/** @type {[string, string]} */ [name, text]) => element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, text))));
      speak(sentence.textContent ?? '');
      settling(true);
    } catch {
      // given up for a later one
    }
  }
}

/**
 * The function that a link names, as requests name it.
 * @param {URLSearchParams} link
 * @param {string} own
 * @returns {Record<string, any>}
 */
function namedBy(link, own) {
  if (link.has('terrain')) return { terrain: 'jacksboro' };
  const formula = link.has('own') ? '' : link.get('f') ?? (own ? '' : FIRST);
  return own && !formula ? { own: true } : { formula };
}
