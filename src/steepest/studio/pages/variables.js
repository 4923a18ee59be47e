// All variables of a function, one a row: where each stands, how steep it is along it, and where a
// step takes it. Of more than two it is chosen here which two are drawn.

import { element, show, write } from './element.js';
import { fixed, grain, snapped } from './numerals.js';
import { TEXT } from './strings.js';

/**
 * @param {object} given
 * @param {boolean} given.steps                     whether a step of gradient descent is shown too
 * @param {(x: number[]) => void} given.onmove
 * @param {() => void} given.ongrab
 * @param {() => void} given.onrest
 * @param {(pair: number[]) => void} given.onpair
 */
export function makeVariables({ steps, onmove, ongrab, onrest, onpair }) {
  const c = TEXT.columns;
  const heads = [c.variable, c.value_, c.slope, ...(steps ? [c.step_, c.next] : [])];
  const body = element('tbody', {});
  const foot = element('tfoot', {});
  const axes = ['toRight', 'upwards'].map((which, k) => {
    const choice = element('select', { 'aria-label': TEXT[/** @type {'upwards'} */ (which)], onchange: () => choose(k, Number(choice.value)) });
    return { choice, el: element('label', { class: 'row' }, TEXT[/** @type {'upwards'} */ (which)], choice) };
  });
  const chooser = element('div', { class: 'row wrap axes' }, ...axes.map((a) => a.el));
  const el = element('section', { class: 'card variables' }, element('h2', {}, TEXT.variables), chooser,
    element('div', { class: 'scroll' }, element('table', { 'aria-label': TEXT.variables },
      element('thead', {}, element('tr', {}, ...heads.map((text) => element('th', { scope: 'col' }, text)))), body, foot)));
  /** @type {string[]} */
  let names = [];
  /** @type {number[]} */
  let drawn = [0, 1];
  /** @type {number[]} */
  let now = [];
  /** @type {any[]} */
  let rows = [];
  /** @type {any[]} */
  let totals = [];

  /** @param {number} axis @param {number} which */
  function choose(axis, which) {
    const pair = [...drawn];
    if (pair[1 - axis] === which) pair[1 - axis] = pair[axis];
    pair[axis] = which;
    onpair(pair);
  }

  /**
   * @param {string[]} variables
   * @param {number[][]} stretches
   */
  function look(variables, stretches) {
    names = variables;
    for (const { choice } of axes) choice.replaceChildren(...names.map((name, i) => element('option', { value: i }, name)));
    show(chooser, names.length > 2);
    rows = names.map((name, i) => {
      const [low, high] = stretches[i];
      const box = element('input', { type: 'range', min: low, max: high, step: grain(high - low), 'aria-label': name, onpointerdown: ongrab, onchange: onrest,
        oninput: () => onmove(now.map((v, k) => (k === i ? snapped(Number(box.value), grain(high - low)) : v))) });
      box.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
        if (event.key.startsWith('Arrow') && !event.repeat) ongrab();
      });
      const cells = Object.fromEntries(['value', 'slope', 'step', 'next'].map((k) => [k, element('output', {})]));
      const bar = element('span', { class: 'bar', 'aria-hidden': 'true' });
      const head = element('th', { scope: 'row' }, element('i', {}, name), element('span', { class: 'drawn', 'aria-hidden': 'true' }));
      const row = element('tr', {}, head, element('td', { class: 'slide-cell' }, box, cells.value), element('td', { class: 'tone-up' }, cells.slope, element('span', { class: 'gauge' }, bar)),
        ...(steps ? [element('td', { class: 'tone-down' }, cells.step), element('td', {}, cells.next)] : []));
      return { name, box, cells, bar, mark: head.lastElementChild, row };
    });
    body.replaceChildren(...rows.map((r) => r.row));
    totals = ['f', 'slope', ...(steps ? ['step', 'next'] : [])].map(() => element('td', {}));
    foot.replaceChildren(element('tr', {}, element('th', { scope: 'row' }, TEXT.together), ...totals));
  }

  /**
   * @param {number[]} x
   * @param {Record<string, number>} numbers
   * @param {number[]} pair
   * @param {boolean} hidden
   */
  function update(x, numbers, pair, hidden) {
    now = x;
    drawn = pair;
    axes.forEach(({ choice }, k) => (choice.value = String(pair[k])));
    const most = Math.max(...names.map((name) => Math.abs(numbers[`slope_${name}`]))) || 1;
    rows.forEach(({ name, box, cells, bar, mark }, i) => {
      const slope = numbers[`slope_${name}`];
      box.value = String(x[i]);
      box.setAttribute('aria-valuetext', TEXT.along(name, fixed(x[i]), fixed(slope)));
      write(cells.value, fixed(x[i]));
      write(cells.slope, fixed(slope, 3));
      write(cells.step, hidden ? '?' : fixed(numbers[`step_${name}`], 3));
      write(cells.next, hidden ? '?' : fixed(numbers[`next_${name}`], 3));
      write(mark, names.length > 2 ? (pair[0] === i ? '→' : pair[1] === i ? '↑' : '') : '');
      const share = Number.isFinite(slope) ? slope / most : 0;
      bar.style.left = `${50 + Math.min(0, share) * 50}%`;
      bar.style.width = `${Math.abs(share) * 50}%`;
    });
    const said = [TEXT.valueIs(fixed(numbers.f, 3)), TEXT.length(fixed(numbers.magnitude, 3)),
      hidden ? '?' : TEXT.length(fixed(numbers.rate * numbers.magnitude, 3), true), hidden ? '?' : TEXT.valueIs(fixed(numbers.next_f, 3))];
    totals.forEach((cell, i) => write(cell, said[i]));
  }

  return { el, look, update };
}
