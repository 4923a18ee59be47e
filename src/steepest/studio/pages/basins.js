// Where walks from everywhere end: a coarse picture at once, finer ones after it, until it is
// stopped or as fine as it gets.

import { element, show, write } from './element.js';
import { short } from './numerals.js';
import { TEXT } from './strings.js';
import { Superseded } from './wire.js';

const SIDE = 160; // starts along a side of the finest picture
const LISTED = 9; // minima that are told

/**
 * @param {object} given
 * @param {ReturnType<typeof import('./wire.js').connect>} given.wire
 * @param {() => {of: any, stretches: number[][], variables: string[]}} given.where
 * @param {() => void} given.changed
 */
export function makeBasins({ wire, where, changed }) {
  const shares = element('ul', { class: 'shares' });
  const said = element('p', { class: 'hint', role: 'status' });
  const go = element('button', { type: 'button', 'data-action': 'basins', onclick: find }, TEXT.basins);
  const halt = element('button', { type: 'button', onclick: () => wire.stop() }, TEXT.stop);
  halt.hidden = true;
  const meter = element('progress', { max: 1, value: 0, 'aria-label': TEXT.looking });
  meter.hidden = true;
  const el = element('section', { class: 'card' }, element('h2', {}, TEXT.basinsTitle), element('div', { class: 'row wrap' }, go, halt, meter), said, shares);
  /** @type {{labels: any, minima: number[][]} | null} */
  let found = null;
  let asked = 0;

  /** @param {any} told */
  function take(told) {
    const { variables } = where();
    found = { labels: told.arrays.labels, minima: told.minima };
    const lines = told.minima.slice(0, LISTED).map((/** @type {number[]} */ m, /** @type {number} */ k) =>
      element('li', {}, TEXT.basin(k + 1, told.shares[k], told.values[k], variables.map((v, i) => `${v} = ${short(m[i])}`).join(', '))));
    if (told.lost > 0) lines.push(element('li', {}, TEXT.lostShare(told.lost)));
    shares.replaceChildren(...lines);
    changed();
  }

  async function find() {
    const number = ++asked;
    const { of, stretches } = where();
    go.disabled = true;
    for (const one of [halt, meter]) show(one, true);
    meter.value = 0;
    write(said, TEXT.looking);
    try {
      const told = await wire.ask('rain', { of, stretches, count: SIDE }, (part) => {
        if (number !== asked) return;
        if (part.answer) take(part.answer);
        meter.value = (part.side / part.of) ** 2;
        write(said, TEXT.starts(part.side));
      });
      if (number !== asked) return;
      take(told);
      write(said, TEXT.startsDone(told.side, told.side < SIDE));
    } catch (error) {
      if (number === asked && !(error instanceof Superseded)) write(said, /** @type {Error} */ (error).message);
    } finally {
      if (number === asked) {
        go.disabled = false;
        for (const one of [halt, meter]) show(one, false);
      }
    }
  }

  return {
    el,
    get found() {
      return found;
    },
    /** Forget it: another function, or another rectangle. @param {boolean} possible  whether there can be basins */
    clear(possible) {
      asked++;
      found = null;
      go.disabled = false;
      for (const one of [halt, meter]) show(one, false);
      write(said, '');
      shares.replaceChildren();
      show(el, possible);
    },
  };
}
