// A curve over a stretch: the point on it, its tangent or secant, and the step along the axis.

import { change, drawn, onWidth, show, unique, write } from '../element.js';
import { fixed, grain, marks, round, short, snapped } from '../numerals.js';
import { TERRAIN } from '../palette.js';
import { TEXT } from '../strings.js';
import { flatArrow } from './arrows.js';
import { makeSlider } from './slider.js';

/**
 * @typedef {import('../ground.js').Ground} Ground
 * @typedef {{x: number[], trail: number[][], numbers: Record<string, number>, hidden: boolean, said: string, paths?: {points: number[][], kind: string}[], stepping?: import('../glide.js').Gliding | null}} Seen
 * @typedef {{along: string, height: string, slope: string}} Labels   what stands at the axes
 * @typedef {{update: (seen: Seen) => void, render: () => void, dispose: () => void}} View
 * @typedef {View & {reshape: (heights: ArrayLike<number>) => void}} Curve
 */

const SAMPLES = 480;
const BEADS = 400; // steps of a walk that are drawn one by one
export const EDGE = { left: 46, right: 26, top: 22, bottom: 58 };

/**
 * @param {HTMLElement} el
 * @param {{ground: Ground, stretch: number[], heights?: ArrayLike<number>, range?: number[], name: string, shows: Set<string>, labels?: Labels, tone?: string}} data
 * @param {{label: string, onmove: (x: number[]) => void, ongrab: () => void, onrest: () => void, small?: boolean, tall?: number}} opts
 * @returns {Curve}
 */
export function make(el, data, opts) {
  const { ground, stretch, name, shows } = data;
  const labels = data.labels ?? labelsOf(name);
  const [low, high] = stretch;
  const step = grain(high - low);
  const svg = drawn('svg', { class: 'curve', role: 'group', 'aria-label': opts.label });
  el.append(svg);
  const clip = unique('clip');
  const fill = unique('fill');
  const land = drawn('path', { class: 'land', fill: `url(#${fill})`, 'clip-path': `url(#${clip})` });
  const shape = drawn('path', { class: 'shape', 'clip-path': `url(#${clip})` });
  const back = drawn('g');
  const front = drawn('g', { 'clip-path': `url(#${clip})` });
  const over = drawn('g');
  svg.append(back, front, over);

  const line = (/** @type {string} */ kind, parent = front) => parent.appendChild(drawn('path', { class: kind }));
  const trails = front.appendChild(drawn('g'));
  const plumb = line('plumb');
  const plumbNext = line('plumb down');
  const secantCasing = line('casing wide');
  const secant = line('secant');
  const tangentCasing = line('casing wide');
  const tangent = line(`tangent ${data.tone ?? ''}`);
  const slide = line('slide');
  const slopeTag = over.appendChild(drawn('text', { class: `tag ${data.tone ?? 'up'}` }));
  const secantTag = over.appendChild(drawn('text', { class: 'tag east' }));
  const ghost = over.appendChild(drawn('circle', { class: 'ghost', r: 10 }));
  const further = over.appendChild(drawn('circle', { class: 'further', r: 6 }));
  const arrow = over.appendChild(drawn('path', { class: 'arrow' }));
  const arrowTag = over.appendChild(drawn('text', { class: 'tag down', 'text-anchor': 'middle' }));
  const here = over.appendChild(drawn('text', { class: 'foot', 'text-anchor': 'middle' }));
  const there = over.appendChild(drawn('text', { class: 'foot down', 'text-anchor': 'middle' }));

  /** @type {Seen | null} */
  let seen = null;
  let trailsDrawn = '';
  let width = 0;
  let height = 0;
  let heights = data.heights ?? Float64Array.from({ length: SAMPLES + 1 }, (_, i) => ground.value([low + ((high - low) * i) / SAMPLES]));
  const [bottom, top] = range(data.range ?? heights, shows.has('step') ? 0.34 : 0.1);
  const X = (/** @type {number} */ v) => EDGE.left + ((v - low) / (high - low)) * (width - EDGE.left - EDGE.right);
  const Y = (/** @type {number} */ v) => height - EDGE.bottom - ((v - bottom) / (top - bottom)) * (height - EDGE.top - EDGE.bottom);
  const inX = (/** @type {number} */ px) => low + ((px - EDGE.left) / (width - EDGE.left - EDGE.right)) * (high - low);

  const slider = makeSlider(over, {
    ...opts,
    label: `${name}: ${opts.label}`,
    bounds: [stretch],
    steps: [round((high - low) / 140)],
    place: (px) => [snapped(Math.min(high, Math.max(low, inX(px))), step)],
  });
  // anywhere on the picture takes hold of the point
  svg.addEventListener('pointerdown', slider.grab);

  function layout() {
    width = Math.max(260, el.clientWidth);
    height = opts.small ? 176 : Math.round(Math.max(opts.tall ? 236 : 300, Math.min(520, (opts.tall ?? 0.62) * width)));
    change(svg, { viewBox: `0 0 ${width} ${height}`, width, height });
    back.replaceChildren(...backdrop());
    if (seen) paint();
  }

  function backdrop() {
    const stops = TERRAIN.map(([at, colour]) => drawn('stop', { offset: 1 - at, 'stop-color': colour })).reverse();
    const inside = [EDGE.left, EDGE.top, width - EDGE.left - EDGE.right, height - EDGE.top - EDGE.bottom];
    const box = { x: inside[0], y: inside[1], width: inside[2], height: inside[3] };
    const frame = drawn('clipPath', { id: clip }, drawn('rect', { ...box, y: box.y - 14, height: box.height + 14 }));
    const gradient = drawn('linearGradient', { id: fill, gradientUnits: 'userSpaceOnUse', x1: 0, x2: 0, y1: EDGE.top, y2: height - EDGE.bottom }, ...stops);
    const found = [drawn('defs', {}, frame, gradient)];
    const path = outline();
    change(land, { d: path.area });
    change(shape, { d: path.line });
    found.push(land);
    for (const v of marks(bottom, top, height / 70)) {
      found.push(drawn('path', { class: 'grid', d: `M${box.x},${Y(v)}h${box.width}` }));
      found.push(drawn('text', { class: 'mark', x: box.x - 8, y: Y(v) + 4, 'text-anchor': 'end' }, short(v)));
    }
    found.push(shape);
    found.push(drawn('path', { class: 'axis', d: `M${box.x},${height - EDGE.bottom}h${box.width}` }));
    for (const v of marks(low, high, width / 90)) {
      found.push(drawn('path', { class: 'axis', d: `M${X(v)},${height - EDGE.bottom}v6` }));
      found.push(drawn('text', { class: 'mark', x: X(v), y: height - EDGE.bottom + 20, 'text-anchor': 'middle' }, short(v)));
    }
    const brief = labels.along.length <= 2; // then there is room for it at the end of the axis
    found.push(drawn('text', { class: 'mark name', x: width - (brief ? EDGE.right - 12 : 0), y: height - EDGE.bottom + (brief ? 5 : 36), 'text-anchor': brief ? 'start' : 'end' }, labels.along));
    found.push(drawn('text', { class: 'mark name', x: EDGE.left, y: 9 }, labels.height));
    return found;
  }

  /** The curve, in pieces where it has holes, and the land below it. */
  function outline() {
    let curve = '';
    let area = '';
    let begun = NaN;
    const count = heights.length - 1;
    const ground = height - EDGE.bottom;
    let last = 0;
    for (let i = 0; i <= count; i++) {
      const x = X(low + ((high - low) * i) / count);
      if (Number.isFinite(heights[i])) {
        const y = Math.max(-2000, Math.min(4000, Y(heights[i])));
        curve += `${Number.isNaN(begun) ? 'M' : 'L'}${x.toFixed(1)},${y.toFixed(1)}`;
        area += Number.isNaN(begun) ? `M${x.toFixed(1)},${ground}L${x.toFixed(1)},${y.toFixed(1)}` : `L${x.toFixed(1)},${y.toFixed(1)}`;
        begun = x;
        last = x;
      }
      if (!Number.isNaN(begun) && (i === count || !Number.isFinite(heights[i]))) {
        area += `L${last.toFixed(1)},${ground}Z`;
        begun = NaN;
      }
    }
    return { line: curve, area };
  }

  function paint() {
    if (!seen) return;
    const { numbers: q, hidden } = seen;
    const [w] = seen.x;
    const x = X(w);
    const y = Y(q.f);
    const floor = height - EDGE.bottom;
    const pixels = -((Y(1) - Y(0)) / (X(1) - X(0))); // a slope of 1, in pixels up a pixel right
    const moving = paintSlide(seen.stepping ?? null, q, x, y, floor);
    const [px, py] = moving ?? [x, Number.isFinite(y) ? y : floor];
    slider.move(px, py, seen.x, seen.said);
    change(plumb, { d: `M${x},${y}V${floor}` });
    paintTangent(q, x, y, floor, pixels, hidden);
    paintSecant(q, w, x, y);
    paintStep(q, x, floor, hidden, moving ? px : null);
    paintTrails();
  }

  /**
   * While a step is taken: the point goes along the tangent, as far as the step reaches, and falls
   * or rises from there to the curve.
   * @param {import('../glide.js').Gliding | null} stepping
   * @param {Record<string, number>} q
   * @param {number} x
   * @param {number} y
   * @param {number} floor
   * @returns {[number, number] | null}
   */
  function paintSlide(stepping, q, x, y, floor) {
    const shown = Boolean(stepping) && Number.isFinite(y);
    show(slide, shown);
    if (!stepping || !shown) return null;
    const next = stepping.to[0];
    const along = Math.min(1, stepping.share / 0.7);
    const down = Math.max(0, stepping.share - 0.7) / 0.3;
    const [x2, foot] = [X(next), Y(q.f + q.slope * (next - q[name]))];
    const landed = Y(ground.value([next]));
    const px = x + (x2 - x) * along;
    const py = y + (foot - y) * along;
    change(slide, { d: `M${x},${y}L${px},${py}` });
    return [Math.max(0, Math.min(width, px)), Math.max(4, Math.min(floor, py + (Number.isFinite(landed) ? landed - foot : 0) * down))];
  }

  /**
   * The tangent, and its slope at the end that lies higher: there is sky beside it.
   * @param {Record<string, number>} q
   * @param {number} x
   * @param {number} y
   * @param {number} floor
   * @param {number} pixels
   * @param {boolean} hidden
   */
  function paintTangent(q, x, y, floor, pixels, hidden) {
    const slope = q.slope * pixels;
    const tangible = shows.has('tangent') && Number.isFinite(slope) && !(hidden && shows.has('veil'));
    for (const one of [tangent, tangentCasing, slopeTag]) show(one, tangible);
    if (!tangible) return;
    const reach = Math.min(96, 0.14 * width) / Math.hypot(1, slope);
    const d = `M${x - reach},${y + slope * reach}L${x + reach},${y - slope * reach}`;
    change(tangent, { d });
    change(tangentCasing, { d });
    write(slopeTag, opts.small ? `${labels.slope} = ${fixed(q.slope)}` : TEXT.slope(fixed(q.slope)));
    const side = slope < 0 ? -1 : 1;
    const level = Math.abs(slope) < 0.35;
    const tagX = level ? x : x + side * reach - side * 10;
    const room = opts.small ? 100 : 86; // pixels of the words
    const anchor = level ? 'middle' : side > 0 ? 'end' : 'start';
    const [least, most] = level ? [EDGE.left + room / 2, width - room / 2] : side > 0 ? [EDGE.left + room, width - 4] : [EDGE.left + 4, width - room];
    const tagY = level ? y - 18 - Math.abs(slope) * reach : y - Math.abs(slope) * reach + 4;
    change(slopeTag, { x: Math.max(least, Math.min(most, tagX)), y: Math.max(EDGE.top + 2, Math.min(floor - 34, tagY)), 'text-anchor': anchor });
  }

  /**
   * @param {Record<string, number>} q
   * @param {number} w
   * @param {number} x
   * @param {number} y
   */
  function paintSecant(q, w, x, y) {
    const shown = shows.has('secant') && Number.isFinite(q.f_h);
    for (const one of [secant, secantCasing, further, secantTag]) show(one, shown);
    if (!shown) return;
    const [x2, y2] = [X(w + q.h), Y(q.f_h)];
    const length = Math.hypot(x2 - x, y2 - y) || 1;
    const [ux, uy] = [((x2 - x) / length) * 46, ((y2 - y) / length) * 46];
    const d = `M${x - ux},${y - uy}L${x2 + ux},${y2 + uy}`;
    change(secant, { d });
    change(secantCasing, { d });
    change(further, { cx: x2, cy: y2 });
    write(secantTag, `secant ${fixed(q.secant, 3)}`);
    const room = 96; // pixels of the words
    change(secantTag, { x: Math.max(EDGE.left + 4, Math.min(x2 + 12, width - room)), y: Math.max(EDGE.top + 20, Math.min(height - EDGE.bottom - 10, y2 + (q.secant < 0 ? -16 : 24))) });
  }

  /**
   * @param {Record<string, number>} q
   * @param {number} x
   * @param {number} floor
   * @param {boolean} hidden
   * @param {number | null} reached  where the point is on its way
   */
  function paintStep(q, x, floor, hidden, reached) {
    const steps = shows.has('step');
    const next = q[`next_${name}`];
    const shown = steps && !hidden && Number.isFinite(next);
    const inside = shown && next >= low && next <= high;
    show(ghost, inside && Number.isFinite(q.next_f));
    show(plumbNext, inside && Number.isFinite(q.next_f));
    for (const one of [arrow, arrowTag, there]) show(one, shown && Math.abs(next - q[name]) > 1e-9 * (high - low));
    show(here, steps);
    write(here, `${name}₁`);
    change(here, { x, y: floor + 42 });
    if (!shown) return;
    const x2 = Math.max(EDGE.left - 20, Math.min(width - 6, X(next)));
    change(ghost, { cx: x2, cy: Y(q.next_f) });
    change(plumbNext, { d: `M${x2},${Y(q.next_f)}V${floor}` });
    change(arrow, { d: flatArrow(x, reached ?? x2, floor) });
    write(arrowTag, '−α · df/d' + name);
    change(arrowTag, { x: Math.max(80, Math.min(width - 80, (x + x2) / 2)), y: floor - 16 });
    write(there, inside ? `${name}₂` : TEXT.beyond(`${name}₂`, next));
    const far = inside ? x2 : Math.max(110, Math.min(width - 110, x2));
    change(there, { x: Math.abs(far - x) < 22 ? x + (x2 >= x ? 22 : -22) : far, y: floor + 42 });
  }

  /** The walk that led here, or walks that were made elsewhere. */
  function paintTrails() {
    if (!seen || !shows.has('path')) return;
    const walks = seen.paths?.length ? seen.paths : seen.trail.length ? [{ points: [...seen.trail, seen.x], kind: 'first' }] : [];
    const key = walks.map((walk) => `${walk.kind} ${walk.points.length} ${walk.points.at(-1)}`).join(';') + width;
    if (key === trailsDrawn) return;
    trailsDrawn = key;
    trails.replaceChildren(...walks.map(({ points, kind }, k) => {
      const places = points.map(([v]) => [X(v).toFixed(1), Y(ground.value([v])).toFixed(1)]).filter(([, y]) => y !== 'NaN');
      const d = places.length > 1 ? `M${places.map((p) => p.join()).join('L')}` : '';
      const beads = points.length <= BEADS ? places.slice(0, seen?.paths?.length ? undefined : -1).map(([cx, cy]) => drawn('circle', { class: `bead ${kind}`, r: 4.5 - k, cx, cy })) : [];
      return drawn('g', {}, drawn('path', { class: 'casing', d }), drawn('path', { class: `trail ${kind}`, d }), ...beads);
    }));
  }

  const watch = onWidth(el, layout);
  layout();
  return {
    update(now) {
      seen = now;
      paint();
    },
    render: layout,
    /** Another curve over the same stretch and range. @param {ArrayLike<number>} next */
    reshape(next) {
      heights = next;
      const { line: d, area } = outline();
      change(land, { d: area });
      change(shape, { d });
    },
    dispose() {
      watch.disconnect();
      svg.remove();
    },
  };
}

/** What stands at the axes of a function of which nothing else is told. @param {string} name @returns {Labels} */
export const labelsOf = (name) => ({ along: name, height: `f(${name})`, slope: `df/d${name}` });

/**
 * What of the values is drawn: all of them, or most where a few tower over the rest.
 * @param {ArrayLike<number>} heights
 * @param {number} air  room below, in shares of the range
 * @returns {[number, number]}
 */
export function range(heights, air) {
  const finite = Array.from(heights).filter(Number.isFinite).sort((a, b) => a - b);
  if (!finite.length) return [0, 1];
  let [low, high] = [finite[0], finite[finite.length - 1]];
  const at = (/** @type {number} */ share) => finite[Math.round(share * (finite.length - 1))];
  if (high - low > 20 * (at(0.9) - at(0.1)) && at(0.9) > at(0.1)) [low, high] = [Math.max(low, at(0.03)), Math.min(high, at(0.97))];
  const span = high > low ? high - low : Math.max(1, Math.abs(high));
  return [low - air * span, high + 0.08 * span];
}
