// Free exploration: any formula, the real mountain, or the function the studio was started with;
// two walks by whatever methods the engine has, basins, and what the engine says of them.

import { element, show, write } from './element.js';
import { makeGround } from './ground.js';
import { makeKeys } from './keys.js';
import { quantities, words } from './live.js';
import { typeset } from './math.js';
import { short } from './numerals.js';
import { makePicture } from './picture.js';
import { makeRace } from './race.js';
import { settling } from './settling.js';
import { sayCurve, sayMap, TEXT } from './strings.js';

/**
 * @typedef {ReturnType<typeof import('./wire.js').connect>} Wire
 * @typedef {import('./ground.js').Ground} Ground
 */

const FIRST = 'n^2 + 3e^2 + sin(3n) e';
const EXAMPLES = [FIRST, '(1-x)^2 + 100(y-x^2)^2', 'sin(x) cos(y) + (x^2 + y^2)/20', '(x^2 + y - 11)^2 + (x + y^2 - 7)^2', 'abs(x) + sqrt(1 + y^2)', 'w^4 - 3w^2 + w'];
const REST = 350;
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
  /** @type {Record<string, any>} */
  let named = namedBy(link, own);
  /** @type {any} */
  let picture = null;
  /** @type {any} */
  let basins = null;
  let resting = 0;
  let queued = false;
  const past = /** @type {number[][]} */ ([]);

  const box = element('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off', maxlength: 2000, 'aria-label': TEXT.yourFunction, value: named.formula ?? '' });
  const said = element('p', { class: 'said', role: 'status' });
  const notes = element('p', { class: 'hint' });
  const latex = element('p', { class: 'typed' });
  const take = element('button', { type: 'button', class: 'main', onclick: () => look({ formula: box.value }) }, TEXT.take);
  box.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Enter') look({ formula: box.value });
  });
  const chips = [
    own ? element('button', { type: 'button', class: 'chip', onclick: () => look({ own: true }) }, own.includes('.py:') ? own.replace(/^.*[\\/]/, '') : TEXT.ownFormula) : null,
    element('button', { type: 'button', class: 'chip', onclick: () => look({ terrain: 'jacksboro' }) }, TEXT.mountain),
    ...EXAMPLES.map((formula) => element('button', { type: 'button', class: 'chip maths', onclick: () => look({ formula }) }, formula)),
  ];
  const ranges = element('div', { class: 'row wrap ranges' });
  const pictures = element('div', { class: 'pictures' });
  const table = element('tbody', {});
  const sentence = element('p', { class: 'sentence hint' });
  const slope = element('section', { class: 'card' }, element('h2', {}, TEXT.here), element('table', { class: 'slope', 'aria-label': TEXT.here }, table));
  const shares = element('ul', { class: 'shares' });
  const basin = element('button', { type: 'button', onclick: findBasins }, TEXT.basins);
  const race = await makeRace({ wire, where: () => ({ of: ground?.named, x }), changed });
  main.replaceChildren(
    element('p', { class: 'kicker' }, TEXT.free), element('h1', {}, TEXT.freeTitle),
    element('section', { class: 'card source' }, element('div', { class: 'formula-box' }, element('span', { class: 'maths', 'aria-hidden': 'true' }, 'f ='), box, take),
      element('div', { class: 'row wrap' }, ...chips), said, latex, notes, ranges),
    pictures, element('details', { class: 'spoken' }, element('summary', {}, TEXT.spoken), sentence),
    element('div', { class: 'below' }, slope, race.el), element('section', { class: 'card' }, element('h2', {}, TEXT.basinsTitle), element('div', { class: 'row wrap' }, basin), shares));
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
  async function look(next, first = false) {
    said.classList.remove('wrong');
    write(said, TEXT.reading);
    settling(false);
    try {
      const told = await wire.ask('describe', { of: next });
      named = next;
      if (next.formula) box.value = next.formula;
      ground = makeGround(named, told, wire, changed);
      const bounds = told.bounds ?? told.variables.map(() => [-4, 4]);
      const list = (/** @type {string} */ key) => (first && link.get(key) ? (link.get(key) ?? '').split(',').map(Number) : []);
      const given = list('range');
      const fits = given.length === 2 * bounds.length && given.every(Number.isFinite);
      stretches = bounds.map((/** @type {number[]} */ b, /** @type {number} */ i) => (fits ? given.slice(2 * i, 2 * i + 2) : b));
      const place = list('x');
      x = place.length === bounds.length && place.every(Number.isFinite) ? place : told.bounds ? MEASURED : stretches.map(([a, b], i) => Number((a + (b - a) * (i ? 0.62 : 0.7)).toPrecision(3)));
      write(said, '');
      if (told.latex) typeset(latex, told.latex);
      show(latex, Boolean(told.latex));
      write(notes, [told.title ? TEXT.measured : '', told.numerical ? TEXT.numerical : '', ...told.notes].filter(Boolean).join(' · '));
      makeRanges();
      await draw();
    } catch (error) {
      settling(true); // what was shown before still stands
      said.classList.add('wrong');
      write(said, /** @type {Error} */ (error).message);
    }
  }

  /** Fields for the stretch of every variable. */
  function makeRanges() {
    const fields = ground?.variables.map((name, i) => {
      const ends = [0, 1].map((k) => element('input', { type: 'number', step: 'any', value: short(stretches[i][k], 6).replace('−', '-'), 'aria-label': TEXT.end(name, k === 1),
        onchange: async (/** @type {Event} */ event) => {
          const value = Number(/** @type {HTMLInputElement} */ (event.target).value);
          const next = stretches.map((s, j) => (j === i ? s.map((v, m) => (m === k ? value : v)) : s));
          if (!(next[i][0] < next[i][1])) return;
          stretches = next;
          await draw();
        } }));
      return element('span', { class: 'row' }, ends[0], element('span', { class: 'maths' }, `≤ ${name} ≤`), ends[1]);
    });
    ranges.replaceChildren(...(fields ?? []));
  }

  async function draw() {
    if (!ground) return;
    basins = null;
    shares.replaceChildren();
    race.clear(ground.described.rate ?? null);
    const single = ground.variables.length === 1;
    show(basin, !single);
    const shows = single ? ['tangent', 'path'] : ['arrow', 'gradient', 'legs', 'disc'];
    picture?.dispose();
    picture = makePicture({
      picture: { views: single ? ['curve'] : ['mountain', 'map'], shows }, wire, stretches,
      onmove: (to) => {
        x = to;
        changed();
      },
      ongrab: () => past.push(x), onrest: settle, onguess: () => {},
    });
    pictures.className = `pictures ${single ? 'single' : ''}`;
    pictures.replaceChildren(picture.first, ...(picture.second ? [picture.second] : []));
    await picture.look(ground);
    changed();
    await settle();
  }

  function undo() {
    const before = past.pop();
    if (before && before.length === x.length) {
      x = before;
      changed();
    }
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
    if (!ground || !picture) return;
    const single = ground.variables.length === 1;
    const numbers = quantities(ground, { x, trail: [], rate: 0, h: 0, heading: 0, tab: '', guess: null, told: true, f: '', done: [] }, stretches);
    const units = ground.described.units ?? {};
    const spoken = single ? sayCurve(ground.variables[0], numbers, true)
      : sayMap(ground.variables, numbers, ground.described.axes ? words(numbers).compass : '', { value: units.value ?? '', along: units[ground.variables[0]] ?? '', hidden: false });
    write(sentence, spoken);
    const paths = race.paths();
    picture.update({ x, trail: single ? paths[0]?.points ?? [] : [], numbers, hidden: false, said: spoken, guess: null, heading: numbers.bearing || 0, paths, basins });
  }

  async function settle() {
    clearTimeout(resting);
    if (!ground) return;
    const parts = new URLSearchParams(named.formula ? { f: named.formula } : { [named.terrain ? 'terrain' : 'own']: '1' });
    parts.set('x', x.join(','));
    if (!named.terrain) parts.set('range', stretches.flat().join(','));
    history.replaceState(null, '', `#${parts}`);
    const here = x;
    try {
      const told = await wire.ask('at', { of: ground.named, x });
      if (here !== x) return;
      table.replaceChildren(...told.words.map((/** @type {[string, string]} */ [name, text]) => element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, text))));
      speak(sentence.textContent ?? '');
      settling(true);
    } catch {
      // given up for a later one
    }
  }

  async function findBasins() {
    if (!ground) return;
    basin.disabled = true;
    write(basin, TEXT.looking);
    try {
      const told = await wire.ask('rain', { of: ground.named, stretches, count: 120 });
      basins = { labels: told.arrays.labels, minima: told.minima };
      const lines = told.minima.slice(0, 9).map((/** @type {number[]} */ m, /** @type {number} */ k) => element('li', {}, TEXT.basin(k + 1, told.shares[k], told.values[k], ground?.variables.map((v, i) => `${v} = ${short(m[i])}`).join(', ') ?? '')));
      if (told.lost > 0) lines.push(element('li', {}, TEXT.lostShare(told.lost)));
      shares.replaceChildren(...lines);
      changed();
    } catch (error) {
      shares.replaceChildren(element('li', {}, /** @type {Error} */ (error).message));
    } finally {
      basin.disabled = false;
      write(basin, TEXT.basins);
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
