// The speed over time, below the curve of the place: its height is the slope of the tangent above.

import { change, drawn, onWidth, show, unique, write } from '../element.js';
import { fixed, grain, marks, short, snapped } from '../numerals.js';
import { TEXT } from '../strings.js';
import { EDGE, range } from './curve.js';

const SPEED = 148; // height, in pixels

/**
 * @param {HTMLElement} el
 * @param {Float64Array} slopes
 * @param {{stretch: number[], name: string}} data
 * @param {import('./curve.js').Labels} labels
 * @param {any} opts
 */
export function makeSpeed(el, slopes, { stretch, name }, labels, opts) {
  const [low, high] = stretch;
  const svg = drawn('svg', { class: 'speed', role: 'img' });
  const clip = unique('speed');
  const back = drawn('g');
  const frame = drawn('rect');
  const area = drawn('path', { class: 'rate-area' });
  const all = drawn('path', { class: 'rate faint' });
  const past = drawn('path', { class: 'rate' });
  const open = drawn('text', { class: 'mark', 'text-anchor': 'middle' }, TEXT.speedVeiled);
  const plumb = drawn('path', { class: 'plumb' });
  const bar = drawn('path', { class: 'tangent' });
  const dot = drawn('circle', { class: 'rate-dot', r: 6 });
  const tag = drawn('text', { class: 'tag up' });
  svg.append(drawn('defs', {}, drawn('clipPath', { id: clip }, frame)), back, drawn('g', { 'clip-path': `url(#${clip})` }, area, all, past), open, plumb, bar, dot, tag);
  el.append(svg);
  const [least, most] = range(slopes, 0.08);
  const [bottom, top] = [Math.min(0, least), Math.max(0, most) || 1];
  const edge = { ...EDGE, top: 20, bottom: 12 };
  let width = 0;
  /** @type {[number, number, boolean] | null} */
  let now = null;
  const X = (/** @type {number} */ v) => edge.left + ((v - low) / (high - low)) * (width - edge.left - edge.right);
  const Y = (/** @type {number} */ v) => SPEED - edge.bottom - ((v - bottom) / (top - bottom)) * (SPEED - edge.top - edge.bottom);

  /** The curve as far as a time. @param {number} until */
  function line(until) {
    let d = '';
    let drawing = false;
    for (let i = 0; i < slopes.length; i++) {
      const t = low + ((high - low) * i) / (slopes.length - 1);
      if (t > until) break;
      if (Number.isFinite(slopes[i])) {
        d += `${drawing ? 'L' : 'M'}${X(t).toFixed(1)},${Math.max(-900, Math.min(900, Y(slopes[i]))).toFixed(1)}`;
        drawing = true;
      } else drawing = false;
    }
    return d;
  }

  function render() {
    width = Math.max(260, el.clientWidth);
    change(svg, { viewBox: `0 0 ${width} ${SPEED}`, width, height: SPEED });
    change(frame, { x: edge.left, y: 4, width: width - edge.left - edge.right, height: SPEED - 8 });
    const across = width - edge.left - edge.right;
    const found = marks(bottom, top, 4).flatMap((v) => [
      drawn('path', { class: v === 0 ? 'axis' : 'grid', d: `M${edge.left},${Y(v)}h${across}` }),
      drawn('text', { class: 'mark', x: edge.left - 8, y: Y(v) + 4, 'text-anchor': 'end' }, short(v)),
    ]);
    change(all, { d: line(high) });
    change(open, { x: edge.left + across / 2, y: SPEED / 2 + 4 });
    found.push(drawn('text', { class: 'mark name', x: edge.left, y: 11 }, labels.slope));
    back.replaceChildren(...found);
    if (now) paint(...now);
  }

  /**
   * @param {number} t
   * @param {number} slope
   * @param {boolean} veiled
   */
  function paint(t, slope, veiled) {
    const there = Number.isFinite(slope) && !veiled;
    for (const one of [area, past, bar, dot, tag]) show(one, there);
    for (const one of [all, back]) show(one, !veiled);
    show(plumb, !veiled);
    show(open, veiled);
    const x = X(t);
    const y = Math.max(8, Math.min(SPEED - 6, Y(slope)));
    change(plumb, { d: `M${x},0V${there ? Math.min(y, Y(0)) : Y(0)}` });
    svg.setAttribute('aria-label', veiled ? TEXT.speedVeiled : TEXT.speed(name, fixed(t), fixed(slope)));
    if (!there) return;
    const path = line(t);
    change(past, { d: path });
    change(area, { d: path ? `${path}L${x.toFixed(1)},${y.toFixed(1)}V${Y(0)}H${X(low)}Z` : '' });
    change(bar, { d: `M${x},${Y(0)}V${y}` });
    change(dot, { cx: x, cy: y });
    const side = x > width - 150 ? -1 : 1;
    write(tag, TEXT.height(fixed(slope)));
    change(tag, { x: x + side * 13, y: Math.max(14, y + (slope >= 0 ? 3 : 6)), 'text-anchor': side > 0 ? 'start' : 'end' });
  }

  // a press here moves the same point
  svg.addEventListener('pointerdown', (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    opts.ongrab();
    svg.setPointerCapture(event.pointerId);
    const follow = (/** @type {PointerEvent} */ e) => {
      const box = svg.getBoundingClientRect();
      const t = low + ((e.clientX - box.left - edge.left) / (width - edge.left - edge.right)) * (high - low);
      opts.onmove([snapped(Math.min(high, Math.max(low, t)), grain(high - low))]);
    };
    const end = () => {
      svg.removeEventListener('pointermove', follow);
      opts.onrest();
    };
    follow(event);
    svg.addEventListener('pointermove', follow);
    svg.addEventListener('pointerup', end, { once: true });
    svg.addEventListener('pointercancel', end, { once: true });
  });

  const watch = onWidth(el, render);
  render();
  return {
    /** @param {number} t @param {number} slope @param {boolean} veiled */
    update(t, slope, veiled) {
      now = [t, slope, veiled];
      paint(...now);
    },
    render,
    dispose() {
      watch.disconnect();
      svg.remove();
    },
  };
}
