// The map: shaded heights and contours on a canvas; point, arrows and paths in SVG over it.

import { change, drawn, element, onWidth, show, unique, write } from '../element.js';
import { grain, marks, round, short, snapped } from '../numerals.js';
import { openArrow, wideArrow } from './arrows.js';
import { contour } from './contours.js';
import { arrowScale } from './relief.js';
import { makeSheet } from './sheet.js';
import { makeSlider } from './slider.js';

/**
 * @typedef {import('../land.js').Land} Land
 * @typedef {import('../ground.js').Ground} Ground
 * @typedef {object} Seen
 * @property {number[]} x
 * @property {Record<string, number>} numbers
 * @property {boolean} hidden            whether the arrow is still to be predicted
 * @property {string} said
 * @property {number | null} guess       bearing of a predicted arrow
 * @property {number} heading
 * @property {number[][]} [trail]
 * @property {import('../glide.js').Gliding | null} [stepping]
 * @property {{points: number[][], kind: string}[]} [paths]
 * @property {{labels: Int16Array & {shape: number[]}, minima: number[][]} | null} [basins]
 */

const EDGE = { left: 40, right: 8, top: 24, bottom: 40 };
const LEAST = 30; // pixels of the shortest arrow
const MARK = ['①', '②', '③', '④', '⑤', '⑥', '⑦', '⑧', '⑨'];

/**
 * @param {HTMLElement} el
 * @param {{ground: Ground, land: Land, shows: Set<string>, units: string}} data
 * @param {any} opts
 */
export function make(el, { ground, land, shows, units }, opts) {
  const { right, up, order, names } = land;
  const canvas = element('canvas', { 'aria-hidden': 'true' });
  const svg = drawn('svg', { role: 'group', 'aria-label': opts.label });
  el.append(canvas, svg);
  const axes = svg.appendChild(drawn('g'));
  const clip = unique('map');
  const frame = drawn('rect');
  svg.append(drawn('defs', {}, drawn('clipPath', { id: clip }, frame)));
  const inside = svg.appendChild(drawn('g', { 'clip-path': `url(#${clip})` }));
  const veil = inside.appendChild(drawn('g'));
  const lines = inside.appendChild(drawn('g'));
  const marksOf = svg.appendChild(drawn('g'));
  const over = svg.appendChild(drawn('g'));
  const put = (/** @type {string} */ kind) => over.appendChild(drawn('path', { class: kind }));
  const cutNorth = put('leg north');
  const cutEast = put('leg east');
  const headingLine = put('heading');
  const eastCasing = put('casing wide');
  const eastLeg = put('leg east');
  const northCasing = put('casing wide');
  const northLeg = put('leg north');
  const gradientCasing = put('casing wide');
  const gradient = put('gradient');
  const guess = put('guess');
  const arrow = put('arrow');
  const tag = (/** @type {string} */ tone, /** @type {string} */ text) => over.appendChild(drawn('text', { class: `tag on-land ${tone}`, 'text-anchor': 'middle' }, text));
  const downTag = tag('down', '−∇f');
  const upTag = tag('up', '∇f');
  const scale = arrowScale(land);
  const sheet = makeSheet(land);
  let size = 0;
  let tall = 0;
  let pathsDrawn = '';
  /** @type {any} */
  let basinsDrawn = null;
  let basinsSize = 0;
  /** @type {Seen | null} */
  let seen = null;

  const X = (/** @type {number} */ v) => EDGE.left + ((v - right[0]) / (right[1] - right[0])) * size;
  const Y = (/** @type {number} */ v) => EDGE.top + tall - ((v - up[0]) / (up[1] - up[0])) * tall;
  const grains = [right, up].map(([a, b]) => grain(b - a));
  /** @param {number[]} xy  right and up, in the function's own order */
  const inOrder = (xy) => {
    const x = [...(seen?.x ?? [0, 0])];
    x[order[0]] = xy[0];
    x[order[1]] = xy[1];
    return x;
  };
  const slider = makeSlider(over, {
    label: `${names[1]} and ${names[0]}: ${opts.label}`,
    bounds: [right, up],
    steps: [right, up].map(([a, b]) => round((b - a) / 80)),
    place: (px, py) => place(px, py).map((v, i) => snapped(v, grains[i])),
    onmove: (xy) => opts.onmove(inOrder(xy)),
    ongrab: opts.ongrab,
    onrest: opts.onrest,
  });
  /** @param {number} px @param {number} py */
  const place = (px, py) => [
    Math.min(right[1], Math.max(right[0], right[0] + ((px - EDGE.left) / size) * (right[1] - right[0]))),
    Math.min(up[1], Math.max(up[0], up[0] + ((EDGE.top + tall - py) / tall) * (up[1] - up[0]))),
  ];

  // While an arrow is predicted, a press away from the point turns the arrow; else it moves the point.
  svg.addEventListener('pointerdown', (/** @type {PointerEvent} */ event) => {
    if (!seen?.hidden || seen.guess === null || seen.guess === undefined) return slider.grab(event);
    const box = svg.getBoundingClientRect();
    const [px, py] = [X(seen.x[order[0]]), Y(seen.x[order[1]])];
    if (Math.hypot(event.clientX - box.left - px, event.clientY - box.top - py) < 20) return slider.grab(event);
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    const turn = (/** @type {PointerEvent} */ e) => {
      const degrees = (Math.atan2(e.clientX - box.left - px, py - e.clientY + box.top) * 180) / Math.PI;
      opts.onguess(Math.round((degrees + 360) % 360) % 360);
    };
    const end = () => svg.removeEventListener('pointermove', turn);
    turn(event);
    svg.addEventListener('pointermove', turn);
    svg.addEventListener('pointerup', end, { once: true });
    svg.addEventListener('pointercancel', end, { once: true });
  });

  function layout() {
    const wide = Math.max(240, el.clientWidth);
    size = wide - EDGE.left - EDGE.right;
    const shape = (up[1] - up[0]) / (right[1] - right[0]);
    tall = Math.round(size * (units || ground.described.axes ? Math.min(1.4, Math.max(0.5, shape)) : 0.82));
    const total = tall + EDGE.top + EDGE.bottom;
    change(svg, { viewBox: `0 0 ${wide} ${total}`, width: wide, height: total });
    el.style.height = `${total}px`;
    change(frame, { x: EDGE.left, y: EDGE.top, width: size, height: tall });
    paintLand();
    paintAxes(wide, total);
    if (seen) paint();
  }

  function paintLand() {
    const ratio = Math.min(2, devicePixelRatio || 1);
    Object.assign(canvas.style, { left: `${EDGE.left}px`, top: `${EDGE.top}px`, width: `${size}px`, height: `${tall}px` });
    canvas.width = Math.round(size * ratio);
    canvas.height = Math.round(tall * ratio);
    sheet.paint(canvas, ratio);
  }

  /**
   * @param {number} wide
   * @param {number} total
   */
  function paintAxes(wide, total) {
    const found = [];
    const bottom = EDGE.top + tall;
    for (const v of marks(right[0], right[1], 4)) found.push(drawn('text', { class: 'mark', x: X(v), y: bottom + 17, 'text-anchor': 'middle' }, short(v)));
    for (const v of marks(up[0], up[1], 4)) found.push(drawn('text', { class: 'mark', x: EDGE.left - 7, y: Y(v) + 4, 'text-anchor': 'end' }, short(v)));
    const compass = ground.described.axes;
    const unit = units || ground.described.units?.[names[0]];
    const of = (/** @type {string} */ name, /** @type {string} */ way) => `${compass ? `${way} ` : ''}${name}${unit ? ` (${unit})` : ''}`;
    found.push(drawn('text', { class: 'mark', x: wide - EDGE.right, y: total - 4, 'text-anchor': 'end' }, `${of(names[0], 'east')} →`));
    found.push(drawn('text', { class: 'mark', x: EDGE.left, y: 14 }, `↑ ${of(names[1], 'north')}`));
    axes.replaceChildren(...found);
  }

  function paint() {
    if (!seen) return;
    const { x: at, numbers: q, hidden } = seen;
    const [x, y] = [X(at[order[0]]), Y(at[order[1]])];
    const on = seen.stepping ? seen.stepping.x.map((v, i) => v + (/** @type {any} */ (seen?.stepping).to[i] - v) * /** @type {any} */ (seen?.stepping).share) : at;
    slider.move(X(on[order[0]]), Y(on[order[1]]), [at[order[0]], at[order[1]]], seen.said);
    const [ge, gn] = [q[`slope_${names[0]}`], q[`slope_${names[1]}`]];
    const slope = Math.hypot(ge, gn);
    const level = !(slope > 0) || !Number.isFinite(slope);
    const wanted = slope * scale * size;
    const length = level ? 0 : Math.min(0.36 * size, Math.max(LEAST, wanted));
    const [ux, uy] = level ? [0, 0] : [-ge / slope, gn / slope]; // of the descent, on the screen
    const [tipX, tipY] = [x + ux * length, y + uy * length];
    const arrowed = shows.has('arrow') && !hidden && !level;
    show(arrow, arrowed);
    show(downTag, arrowed && shows.has('gradient'));
    change(arrow, { d: arrowed ? wideArrow(x, y, ux, uy, length) : '' });
    change(downTag, { x: tipX + ux * 16, y: tipY + uy * 16 + 5 });
    const legs = arrowed && shows.has('legs');
    for (const one of [eastCasing, eastLeg, northCasing, northLeg]) show(one, legs);
    for (const one of [eastCasing, eastLeg]) change(one, { d: `M${x},${y}H${tipX}` });
    for (const one of [northCasing, northLeg]) change(one, { d: `M${tipX},${y}V${tipY}` });
    const uphill = arrowed && shows.has('gradient');
    for (const one of [gradient, gradientCasing, upTag]) show(one, uphill);
    for (const one of [gradient, gradientCasing]) change(one, { d: openArrow(x, y, -ux, -uy, length) });
    change(upTag, { x: x - ux * (length + 16), y: y - uy * (length + 16) + 5 });
    paintGuess(x, y);
    const turned = shows.has('heading') && !hidden;
    show(headingLine, turned);
    const [sin, cos] = [Math.sin((seen.heading * Math.PI) / 180), Math.cos((seen.heading * Math.PI) / 180)];
    change(headingLine, { d: turned ? `M${x},${y}L${x + 44 * sin},${y - 44 * cos}` : '' });
    paintCuts(x, y);
    paintPaths();
    paintBasins();
  }

  /** @param {number} x @param {number} y */
  function paintCuts(x, y) {
    const cut = shows.has('cuts');
    show(cutNorth, cut);
    show(cutEast, cut);
    change(cutNorth, { d: `M${x},${EDGE.top}V${EDGE.top + tall}` });
    change(cutEast, { d: `M${EDGE.left},${y}H${EDGE.left + size}` });
  }

  /** @param {number} x @param {number} y */
  function paintGuess(x, y) {
    const degrees = seen?.guess;
    const shown = shows.has('arrow') && degrees !== null && degrees !== undefined;
    show(guess, shown);
    if (!shown) return;
    const angle = (degrees * Math.PI) / 180;
    change(guess, { d: openArrow(x, y, Math.sin(angle), -Math.cos(angle), 0.24 * size) });
  }

  function paintPaths() {
    const paths = seen?.paths ?? [];
    const key = paths.map(({ points, kind }) => `${kind} ${points.length} ${points[0]} ${points.at(-1)}`).join(';') + size;
    if (key === pathsDrawn) return;
    pathsDrawn = key;
    const made = paths.map(({ points, kind }) => {
      const d = points.map((p, i) => `${i ? 'L' : 'M'}${X(p[order[0]]).toFixed(1)},${Y(p[order[1]]).toFixed(1)}`).join('');
      const beads = points.length <= 60 ? points.map((p) => drawn('circle', { class: `bead ${kind}`, r: 3.2, cx: X(p[order[0]]), cy: Y(p[order[1]]) })) : [];
      return drawn('g', {}, drawn('path', { class: 'casing', d }), drawn('path', { class: `trail ${kind}`, d }), ...beads);
    });
    lines.replaceChildren(...made);
  }

  function paintBasins() {
    const basins = seen?.basins ?? null;
    if (basins === basinsDrawn && size === basinsSize) return;
    [basinsDrawn, basinsSize] = [basins, size];
    if (!basins) return void veil.replaceChildren(), void marksOf.replaceChildren();
    const found = basins.minima.map((m, k) => {
      const text = drawn('text', { class: 'basin-mark', x: X(m[order[0]]), y: Y(m[order[1]]) + 7, 'text-anchor': 'middle' });
      write(text, MARK[k] ?? '•');
      return text;
    });
    marksOf.replaceChildren(...found);
    const [r, c] = basins.labels.shape;
    const borders = [];
    for (let k = 0; k < Math.min(9, basins.minima.length); k++) {
      const inside = Float32Array.from(basins.labels, (l) => (l === k ? 1 : 0));
      borders.push(...contour(inside, r, c, 0.5));
    }
    veil.replaceChildren(...borders.map(({ points, closed }) => {
      let d = '';
      for (let k = 0; k < points.length; k += 2) d += `${k ? 'L' : 'M'}${(EDGE.left + (points[k] / (c - 1)) * size).toFixed(1)},${(EDGE.top + tall - (points[k + 1] / (r - 1)) * tall).toFixed(1)}`;
      return drawn('path', { class: 'basin', d: closed ? `${d}Z` : d });
    }));
  }

  const watch = onWidth(el, layout);
  addEventListener('theme', layout);
  layout();
  return {
    /** @param {Seen} now */
    update(now) {
      seen = now;
      paint();
    },
    render: layout,
    dispose() {
      watch.disconnect();
      removeEventListener('theme', layout);
      canvas.remove();
      svg.remove();
      el.style.height = '';
    },
  };
}
