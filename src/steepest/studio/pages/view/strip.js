// The value after every step of one or two walks: how fast they come down.

import { change, drawn, onWidth } from '../element.js';
import { marks, short } from '../numerals.js';
import { TEXT } from '../strings.js';

const EDGE = { left: 46, right: 12, top: 12, bottom: 30 };

/** @param {HTMLElement} el */
export function make(el) {
  const svg = drawn('svg', { class: 'strip', role: 'img', 'aria-label': TEXT.strip });
  el.append(svg);
  /** @type {{values: ArrayLike<number>, t?: ArrayLike<number>, kind: string}[]} */
  let walks = [];
  let before = ' ';
  function render() {
    const [width, height] = [Math.max(240, el.clientWidth), 130];
    change(svg, { viewBox: `0 0 ${width} ${height}`, width, height });
    const all = walks.flatMap((w) => Array.from(w.values)).filter(Number.isFinite);
    const longest = Math.max(1, ...walks.map((w) => (w.t ? w.t[w.t.length - 1] : w.values.length - 1)));
    // of a walk that runs away only what lies within ten times its first value's height is drawn
    const low = Math.min(...all);
    const high = Math.min(Math.max(...all), low + 10 * Math.max(1e-12, (all[0] ?? 1) - low || 1));
    if (all.length < 2) return svg.replaceChildren(drawn('text', { class: 'mark', x: width / 2, y: height / 2, 'text-anchor': 'middle' }, TEXT.stripEmpty));
    const X = (/** @type {number} */ v) => EDGE.left + (v / longest) * (width - EDGE.left - EDGE.right);
    const Y = (/** @type {number} */ v) => height - EDGE.bottom - (Math.min(1.1, (v - low) / (high - low || 1))) * (height - EDGE.top - EDGE.bottom);
    const back = [drawn('path', { class: 'axis', d: `M${EDGE.left},${height - EDGE.bottom}H${width - EDGE.right}` })];
    for (const v of marks(low, high || 1, 3)) back.push(drawn('text', { class: 'mark', x: EDGE.left - 7, y: Y(v) + 4, 'text-anchor': 'end' }, short(v, 3)), drawn('path', { class: 'grid', d: `M${EDGE.left},${Y(v)}H${width - EDGE.right}` }));
    back.push(drawn('text', { class: 'mark', x: width - EDGE.right, y: height - 8, 'text-anchor': 'end' }, TEXT.steps_(longest)));
    const lines = walks.map(({ values, t, kind }) => drawn('path', { class: `trail ${kind} loss`, d: Array.from(values, (v, i) => (Number.isFinite(v) ? `${i ? 'L' : 'M'}${X(t ? t[i] : i).toFixed(1)},${Y(v).toFixed(1)}` : '')).join('') }));
    svg.replaceChildren(...back, ...lines);
  }
  const watch = onWidth(el, render);
  return {
    /** @param {{values: ArrayLike<number>, t?: ArrayLike<number>, kind: string}[]} now */
    update(now) {
      const key = now.map((w) => `${w.kind} ${w.values.length} ${w.values.length > 1 ? [w.values[0], w.values[w.values.length - 1]] : ''}`).join(';');
      walks = now;
      if (key === before) return;
      before = key;
      render();
    },
    render,
    dispose() {
      watch.disconnect();
      svg.remove();
    },
  };
}
