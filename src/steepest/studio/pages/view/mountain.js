// The mountain: the land in three dimensions, with the compass disc and the arrows lying flat in it.
// A picture only: the map beside it says and does all the same.

import { element, onWidth } from '../element.js';
import { grain, snapped } from '../numerals.js';
import { dark } from '../palette.js';
import { TEXT } from '../strings.js';
import { makeBlock } from './block.js';
import { contourStep } from './contours.js';
import { camera } from './gl.js';
import { makeGrip } from './grip.js';
import { makePen, paint } from './pen.js';
import { arrowScale } from './relief.js';

/**
 * @typedef {import('../land.js').Land} Land
 * @typedef {import('../ground.js').Ground} Ground
 * @typedef {import('./gl.js').Vec} Vec
 */

const INK = '#1d2433', GREEN = '#00a676', NORTH = '#3346c9', EAST = '#b8560f';
/** @type {Record<string, string>} */
const WALKS = { first: INK, second: '#7a3d00' };
const ANGLE = (24 * Math.PI) / 180; // of view
const ROUND = 1.02; // radius of the compass disc
const CUT = 120; // pieces of a line on the land
const LEAST = 0.34; // length of the shortest arrow

/**
 * @param {HTMLElement} el
 * @param {{ground: Ground, land: Land, shows: Set<string>, units: string}} data
 * @param {any} opts
 */
export function make(el, { ground, land, shows }, opts) {
  const canvas = element('canvas', { 'aria-hidden': 'true' });
  const found = /** @type {WebGL2RenderingContext | null} */ (canvas.getContext('webgl2', { antialias: true, alpha: true, premultipliedAlpha: false }));
  if (!found) return null;
  const gl = found;
  const { right, up, order, names } = land;
  const alike = ground.described.axes !== null;
  const ways = alike ? TEXT.ways : [names[1], names[0]];
  const labels = ways.map((way, i) => element('span', { class: `way${i > 1 ? ' far' : ''}${alike ? '' : ' named'}`, 'aria-hidden': 'true' }, way));
  const turns = /** @type {[string, string, number][]} */ ([['left', '↺', 0.26], ['right', '↻', -0.26]]).map(([side, sign, by]) =>
    element('button', { type: 'button', class: 'turn', 'aria-label': TEXT[/** @type {'left'} */ (side)], title: TEXT[/** @type {'left'} */ (side)], onclick: () => turn(by, 0) }, sign));
  const tools = element('div', { class: 'turns' }, ...turns);
  el.append(canvas, ...labels, tools);

  const block = makeBlock(land, alike);
  const { low, high, halfX, halfZ, X, Y, Z, drawnHeight } = block;
  const gap = contourStep(low, high);
  const outline = block.outline();
  const scale = arrowScale(land);
  let turned = -0.46;
  let raised = 0.6;
  let width = 0;
  let height = 0;
  let ratio = 1;
  let view = camera([0, 0, 1], [0, 0, 0], ANGLE, 1);
  /** @type {any} */
  let seen = null;
  let lost = false;
  const pen = makePen(gl, () => view, () => ratio);
  const meshes = { table: block.table(gl), WALL: block.walls(gl), LAND: block.surface(gl) };

  function layout() {
    width = Math.max(240, el.clientWidth);
    height = Math.round(Math.min(560, Math.max(opts.low ? 210 : 270, (opts.tall ?? 0.48) * width)));
    ratio = Math.min(2, devicePixelRatio || 1);
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    aim();
    render();
  }

  /** Stand so far away that the block just fills the picture, whichever way it is turned. */
  function aim() {
    const from = (/** @type {number} */ away, /** @type {number} */ lift) => camera([
      away * Math.sin(turned) * Math.cos(raised), lift + away * Math.sin(raised), away * Math.cos(turned) * Math.cos(raised),
    ], [0, lift, 0], ANGLE, width / height);
    let [away, lift] = [12, 0];
    for (let k = 0; k < 4; k++) {
      view = from(away, lift);
      const seenAt = outline.map(view.project);
      const tops = seenAt.map(([, y]) => y);
      const middle = (Math.max(...tops) + Math.min(...tops)) / 2;
      lift += middle * away * Math.tan(ANGLE / 2) * 0.8;
      const wide = Math.max(...seenAt.map(([x]) => Math.abs(x))) / 0.9;
      const tall = (Math.max(...tops) - Math.min(...tops)) / 2 / 0.87;
      away *= Math.max(wide, tall);
    }
    view = from(away, lift);
  }

  /** @param {number} around @param {number} above */
  function turn(around, above) {
    turned += around;
    raised = Math.min(1.45, Math.max(0.15, raised + above));
    aim();
    render();
  }

  function render() {
    if (lost) return;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.enable(gl.DEPTH_TEST);
    gl.depthMask(false);
    const shade = pen.use('SHADOW');
    gl.uniform2f(shade.half_size, halfX, halfZ);
    gl.uniform1f(shade.strength, dark() ? 0.75 : 0.34);
    gl.bindVertexArray(meshes.table.array);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    gl.depthMask(true);
    const here = at();
    for (const name of /** @type {('WALL' | 'LAND')[]} */ (['WALL', 'LAND'])) {
      const u = pen.use(name);
      gl.uniform1f(u.low, low);
      gl.uniform1f(u.high, high);
      gl.uniform1f(u.gap, gap);
      gl.uniform1f(u.dim, dark() ? 0.9 : 1);
      if (name === 'LAND') {
        gl.uniform1f(u.ratio, ratio);
        gl.uniform3fv(u.here, here);
        gl.uniform3fv(u.eye, view.eye);
      }
      gl.bindVertexArray(meshes[name].array);
      gl.drawElements(gl.TRIANGLES, meshes[name].count, gl.UNSIGNED_INT, 0);
    }
    if (seen) drawSeen(here);
    gl.bindVertexArray(null);
  }

  /** The point, in the picture. @returns {Vec} */
  function at() {
    if (!seen) return [0, 9, 0];
    const [r, u] = [seen.x[order[0]], seen.x[order[1]]];
    return [X(r), (Number.isFinite(seen.numbers.f) ? Y(land.lift(seen.numbers.f)) : drawnHeight(r, u)) + 0.05, Z(u)];
  }

  /** @param {Vec} here */
  function drawSeen(here) {
    gl.depthMask(false);
    if (shows.has('disc')) disc(here);
    if (shows.has('cuts')) drawCuts(seen.x[order[0]], seen.x[order[1]]);
    for (const { points, kind } of seen.paths ?? []) drawPath(points, paint(WALKS[kind] ?? INK));
    if (shows.has('arrow') && !seen.hidden) drawArrow(here);
    gl.disable(gl.DEPTH_TEST);
    pen.dots(here, paint(INK), 20, 3);
    gl.enable(gl.DEPTH_TEST);
    gl.depthMask(true);
    placeLabels(here);
  }

  /** @param {Vec} here */
  function drawArrow(here) {
    const [x, y, z] = here;
    const [ge, gn] = [seen.numbers[`slope_${names[0]}`], seen.numbers[`slope_${names[1]}`]];
    const slope = Math.hypot(ge, gn);
    if (!(slope > 0) || !Number.isFinite(slope)) return;
    const [ux, uz] = [-ge / slope, gn / slope];
    const length = Math.min(shows.has('disc') ? 0.9 : 1.5, Math.max(LEAST, slope * scale * 4));
    const tip = /** @type {Vec} */ ([x + ux * length, y, z + uz * length]);
    gl.disable(gl.DEPTH_TEST);
    pen.arrow(here, [ux, uz], length, 0.024, [1, 1, 1, 0.3]);
    pen.arrow(here, [ux, uz], length, 0, paint(GREEN, 0.4));
    gl.enable(gl.DEPTH_TEST);
    const [r, u] = block.onMap(tip[0], tip[2]);
    const below = drawnHeight(r, u);
    if (tip[1] > below && block.inside(tip[0], tip[2])) pen.line([...tip, tip[0], below, tip[2]], paint(INK, 0.75), 1.5);
    if (shows.has('legs')) {
      const corner = [tip[0], y, z];
      for (const [leg, colour] of /** @type {[number[], string][]} */ ([[[x, y, z, ...corner], EAST], [[...corner, ...tip], NORTH]])) {
        pen.line(leg, [1, 1, 1, 0.9], 5.5);
        pen.line(leg, paint(colour), 2.6);
      }
    }
    pen.arrow(here, [ux, uz], length, 0.024, [1, 1, 1, 0.97]);
    pen.arrow(here, [ux, uz], length, 0, paint(GREEN));
  }

  /** @param {Vec} here */
  function disc([x, y, z]) {
    const fan = [x, y - 0.012, z];
    const ring = [];
    for (let i = 0; i <= 72; i++) {
      const [c, s] = [ROUND * Math.cos((i * Math.PI) / 36), ROUND * Math.sin((i * Math.PI) / 36)];
      fan.push(x + c, y - 0.012, z + s);
      ring.push(x + c, y - 0.01, z + s);
    }
    pen.fill(fan, [1, 1, 1, 0.3], gl.TRIANGLE_FAN);
    pen.line(ring, paint(INK, 0.9), 1.4);
    gl.disable(gl.DEPTH_TEST);
    pen.line(ring, paint(INK, 0.22), 1.4);
    gl.enable(gl.DEPTH_TEST);
    if (!seen.hidden && shows.has('heading')) {
      const angle = (seen.heading * Math.PI) / 180;
      pen.line([x, y, z, x + ROUND * Math.sin(angle), y, z - ROUND * Math.cos(angle)], paint(INK, 0.7), 1.6);
    }
  }

  /** The two lines along which the land is cut, lying on it. @param {number} r @param {number} u */
  function drawCuts(r, u) {
    const share = (/** @type {number[]} */ [a, b], /** @type {number} */ k) => a + ((b - a) * k) / CUT;
    for (const [across, colour] of /** @type {[boolean, string][]} */ ([[true, EAST], [false, NORTH]])) {
      const list = [];
      for (let k = 0; k <= CUT; k++) {
        const [p, q] = across ? [share(right, k), u] : [r, share(up, k)];
        list.push(X(p), drawnHeight(p, q) + 0.012, Z(q));
      }
      pen.line(list, [1, 1, 1, 0.9], 6);
      pen.line(list, paint(colour), 3);
    }
  }

  /** @param {number[][]} path @param {number[]} colour */
  function drawPath(path, colour) {
    const on = (/** @type {number} */ r, /** @type {number} */ u) => [X(r), drawnHeight(r, u) + 0.012, Z(u)];
    /** @type {number[]} */
    const list = [];
    /** @type {number[]} */
    const beads = [];
    const clipped = path.filter((p) => block.inside(X(p[order[0]]), Z(p[order[1]])));
    clipped.forEach((p, i) => {
      const [r, u] = [p[order[0]], p[order[1]]];
      if (i) {
        const [r0, u0] = [clipped[i - 1][order[0]], clipped[i - 1][order[1]]];
        for (let k = 1; k <= 5; k++) list.push(...on(r0 + ((r - r0) * k) / 5, u0 + ((u - u0) * k) / 5));
      } else list.push(...on(r, u));
      beads.push(...on(r, u));
    });
    pen.line(list, [1, 1, 1, 0.9], 6);
    pen.line(list, colour, 2.6);
    if (beads.length && path.length <= 60) pen.dots(beads, colour, 8.5, 1.8);
  }

  /** @param {Vec} here */
  function placeLabels([x, y, z]) {
    const out = ROUND + 0.11;
    const places = /** @type {Vec[]} */ ([[x, y, z - out], [x + out, y, z], [x, y, z + out], [x - out, y, z]]);
    labels.forEach((label, i) => {
      const [px, py] = view.project(places[i]);
      label.hidden = !shows.has('disc');
      label.style.transform = `translate(-50%, -50%) translate(${(((px + 1) / 2) * width).toFixed(1)}px, ${(((1 - py) / 2) * height).toFixed(1)}px)`;
    });
  }

  /** Where a pixel of the picture meets the land: right and up. @param {number} px @param {number} py */
  function pick(px, py) {
    const way = view.ray((px / width) * 2 - 1, 1 - (py / height) * 2);
    const far = Math.hypot(...view.eye) + 4;
    for (let t = far - 8; t < far; t += 0.012) {
      const [x, y, z] = view.eye.map((v, i) => v + way[i] * t);
      if (!block.inside(x, z)) continue;
      const [r, u] = block.onMap(x, z);
      if (y < drawnHeight(r, u) + 0.05) return [r, u];
    }
    return null;
  }

  const spot = () => {
    const [px, py] = view.project(at());
    return [((px + 1) / 2) * width, ((1 - py) / 2) * height];
  };
  const grains = [right, up].map(([a, b]) => grain(b - a));
  makeGrip(canvas, { spot, pick, turn, ongrab: opts.ongrab, onrest: opts.onrest, walk: (there) => {
    if (!seen) return;
    const next = [...seen.x];
    there.forEach((v, i) => (next[order[i]] = snapped(v, grains[i])));
    opts.onmove(next);
  } });
  canvas.addEventListener('webglcontextlost', (/** @type {Event} */ event) => {
    event.preventDefault();
    lost = true;
  });
  const watch = onWidth(el, layout);
  addEventListener('theme', render);
  layout();
  return {
    scale: alike ? TEXT.scale(block.times) : TEXT.scaleFree,
    /** @param {any} now */
    update(now) {
      seen = now;
      render();
    },
    render,
    dispose() {
      watch.disconnect();
      removeEventListener('theme', render);
      gl.getExtension('WEBGL_lose_context')?.loseContext();
      for (const one of [canvas, tools, ...labels]) one.remove();
    },
  };
}
