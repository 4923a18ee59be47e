// The land cut along its two variables through the point: two curves, each with its tangent.

import { element, write } from '../element.js';
import { fixed } from '../numerals.js';
import { TEXT } from '../strings.js';
import * as curve from './curve.js';

/**
 * @typedef {import('../ground.js').Ground} Ground
 */

const APART = 160; // samples along a cut

/**
 * @param {HTMLElement} el
 * @param {{ground: Ground, land: import('../land.js').Land, shows: Set<string>}} data
 * @param {any} opts
 */
export function make(el, { ground, land, shows }, opts) {
  const { variables } = ground;
  let at = variables.map(() => 0);
  const cuts = variables.map((name, i) => {
    const tone = i === (ground.described.axes ?? [0, 1])[0] ? 'north' : 'east';
    const title = element('p', { class: `cut-title tone-${tone}` });
    const box = element('div', { class: 'cut' });
    el.append(title, box);
    const stretch = name === land.names[0] ? land.right : land.up;
    /** @param {number} v */
    const through = (v) => at.map((w, k) => (k === i ? v : w));
    /** @type {Ground} */
    const slice = {
      ...ground, variables: [name],
      at: ([v]) => {
        const { f, g, fresh } = ground.at(through(v));
        return { x: [v], f, g: [g[i]], fresh };
      },
      value: ([v]) => ground.value(through(v)),
    };
    const heights = () => Float64Array.from({ length: APART + 1 }, (_, k) => ground.value(through(stretch[0] + ((stretch[1] - stretch[0]) * k) / APART)));
    /** @type {import('./curve.js').Curve | null} */
    let view = null;
    let before = '';
    return {
      /** @param {any} seen */
      update(seen) {
        const others = seen.x.filter((/** @type {number} */ _, /** @type {number} */ k) => k !== i);
        write(title, TEXT.cut(name, variables[1 - i], fixed(others[0])));
        if (!view) {
          view = curve.make(box, { ground: slice, stretch, heights: heights(), name, shows, range: [land.low, land.high], tone, labels: { along: name, height: '', slope: `∂f/∂${name}` } }, {
            ...opts, small: true, label: TEXT.cutLabel(name), onmove: ([v]) => opts.onmove(through(v)),
          });
        } else if (before !== String(others)) view.reshape(heights());
        before = String(others);
        const q = { f: seen.numbers.f, slope: seen.hidden ? NaN : seen.numbers[`slope_${name}`], [name]: seen.x[i] };
        view.update({ x: [seen.x[i]], trail: [], numbers: q, hidden: true, said: seen.said });
      },
      render: () => view?.render(),
      dispose() {
        view?.dispose();
        title.remove();
        box.remove();
      },
    };
  });
  return {
    /** @param {any} seen */
    update(seen) {
      at = seen.x;
      cuts.forEach((cut) => cut.update(seen));
    },
    render: () => cuts.forEach((cut) => cut.render()),
    dispose: () => cuts.forEach((cut) => cut.dispose()),
  };
}
