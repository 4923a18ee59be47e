// From where to where each variable is drawn.

import { element } from './element.js';
import { short } from './numerals.js';
import { TEXT } from './strings.js';

/** @param {(stretches: number[][]) => void} onchange */
export function makeRanges(onchange) {
  const el = element('div', { class: 'row wrap ranges' });
  let shown = '';
  /**
   * @param {string[]} names
   * @param {number[][]} stretches
   */
  function look(names, stretches) {
    const key = `${names}|${stretches}`;
    if (key === shown) return;
    shown = key;
    el.replaceChildren(...names.map((name, i) => {
      const ends = [0, 1].map((k) => {
        const box = element('input', { type: 'number', step: 'any', value: short(stretches[i][k], 5).replace('−', '-'), 'aria-label': TEXT.end(name, k === 1), onchange: () => {
          const next = stretches.map((s, j) => (j === i ? s.map((v, m) => (m === k ? Number(box.value) : v)) : s));
          if (next[i][0] < next[i][1]) onchange(next);
          else box.value = short(stretches[i][k], 5).replace('−', '-');
        } });
        return box;
      });
      return element('span', { class: 'row' }, ends[0], element('span', { class: 'maths' }, `≤ ${name} ≤`), ends[1]);
    }));
  }
  return { el, look };
}
