// The mountain: the land in three dimensions, with the compass disc and the arrows lying flat in it.
// A picture only: the map beside it says and does all the same.

import { element, onWidth } from '../element.js';
import { grain, round, snapped } from '../numerals.js';
import { dark, parts } from '../palette.js';
import { TEXT } from '../strings.js';
import { camera, mesh, program, stream } from './gl.js';
import { contourStep } from './contours.js';
import { arrowScale, bilinear, colouring, openness, slopes } from './relief.js';
import * as shaders from './shaders.js';

/**
 * @typedef {import('../picture.js').Land} Land
 * @typedef {import('../ground.js').Ground} Ground
 * @typedef {import('./gl.js').Vec} Vec
 */

const INK = '#1d2433', GREEN = '#00a676', NORTH = '#3346c9', EAST = '#b8560f';
const VIEW = (26 * Math.PI) / 180;
const ROUND = 1.02; // radius of the compass disc

/** @param {string} colour @param {number} [alpha] */
const paint = (colour, alpha = 1) => [...parts(colour).map((v) => v / 255), alpha];

/**
 * @param {HTMLElement} el
 * @param {{ground: Ground, land: Land, shows: Set<string>, units: string}} data
 * @param {any} opts
 */
export function make(el, { ground, land, shows }, opts) {
  const canvas = element('canvas', { 'aria-hidden': 'true' });
  const gl = /** @type {WebGL2RenderingContext | null} */ (canvas.getContext('webgl2', { antialias: true, alpha: true, premultipliedAlpha: false }));
  if (!gl) return null;
  el.append(canvas);
  const labels = ['N', 'E', 'S', 'W'].map((way, i) => element('span', { class: `way${i > 1 ? ' far' : ''}`, 'aria-hidden': 'true' }, way));
  const turns = /** @type {[string, string, number][]} */ ([['left', '↺', 0.26], ['right', '↻', -0.26]]).map(([side, sign, by]) =>
    element('button', { type: 'button', class: 'turn', 'aria-label': TEXT[/** @type {'left'} */ (side)], onclick: () => turn(by, 0) }, sign));
  const tools = element('div', { class: 'turns' }, ...turns);
  el.append(...labels, tools);

  const { right, up, order, names } = land;
  const [rows, columns] = land.heights.shape;
  const { low, high } = colouring(land);
  const gap = contourStep(low, high);
  const aspect = Math.min(1.6, Math.max(0.6, (up[1] - up[0]) / (right[1] - right[0])));
  const [halfX, halfZ] = aspect > 1 ? [2 / aspect, 2] : [2, 2 * aspect];
  const alike = ground.described.axes !== null;
  const toScale = (2 * halfX) / (right[1] - right[0]);
  const times = alike ? round(1.15 / (high - low) / toScale) : 1;
  const rise = alike ? times * toScale : 1.15 / (high - low);
  const clamped = (/** @type {number} */ h) => Math.min(high, Math.max(low, h));
  const X = (/** @type {number} */ v) => (((v - right[0]) / (right[1] - right[0])) * 2 - 1) * halfX;
  const Z = (/** @type {number} */ v) => -(((v - up[0]) / (up[1] - up[0])) * 2 - 1) * halfZ;
  const Y = (/** @type {number} */ h) => (clamped(h) - (low + high) / 2) * rise;
  const floor = Y(low) - 0.34;
  /** The height in the picture. @param {number} r @param {number} u */
  const drawnHeight = (r, u) => {
    const h = bilinear(land.heights, rows, columns, ((u - up[0]) / (up[1] - up[0])) * (rows - 1), ((r - right[0]) / (right[1] - right[0])) * (columns - 1));
    return Number.isFinite(h) ? Y(h) : floor;
  };
  const scale = arrowScale(land);

  const programs = Object.fromEntries(Object.entries(shaders).map(([name, [v, f]]) => [name, program(gl, v, f)]));
  const landMesh = makeLand();
  const wallMesh = makeWalls();
  const F = 7;
  const shadowMesh = mesh(gl, [[new Float32Array([-F, floor, -F, F, floor, -F, -F, floor, F, F, floor, F]), 3]]);
  const points = stream(gl, false);
  const segments = stream(gl, true);
  let turned = -0.46;
  let raised = 0.63;
  let width = 0;
  let height = 0;
  let ratio = 1;
  let view = camera([0, 0, 1], [0, 0, 0], VIEW, 1);
  /** @type {any} */
  let seen = null;
  let lost = false;

  function makeLand() {
    const place = new Float32Array(3 * rows * columns);
    const about = new Float32Array(4 * rows * columns);
    const { right: dx, up: dy } = slopes(land);
    const perX = (rise * (columns - 1)) / (2 * halfX);
    const perZ = (rise * (rows - 1)) / (2 * halfZ);
    const sky = openness(land, perX);
    const index = [];
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const k = i * columns + j;
        const h = land.heights[k];
        place.set([(-1 + (2 * j) / (columns - 1)) * halfX, Number.isFinite(h) ? Y(h) : floor, (1 - (2 * i) / (rows - 1)) * halfZ], 3 * k);
        about.set([h, dx[k] * perX, dy[k] * perZ, sky[k]], 4 * k);
        if (i < rows - 1 && j < columns - 1) {
          const corners = [k, k + 1, k + columns, k + columns + 1];
          if (corners.every((c) => Number.isFinite(land.heights[c]))) index.push(k, k + 1, k + columns, k + 1, k + columns + 1, k + columns);
        }
      }
    }
    return mesh(/** @type {WebGL2RenderingContext} */ (gl), [[place, 3], [about, 4]], new Uint32Array(index));
  }

  function makeWalls() {
    /** @type {number[]} */
    const place = [];
    /** @type {number[]} */
    const about = [];
    /** @type {number[]} */
    const index = [];
    const x = (/** @type {number} */ j) => (-1 + (2 * j) / (columns - 1)) * halfX;
    const z = (/** @type {number} */ i) => (1 - (2 * i) / (rows - 1)) * halfZ;
    const side = (/** @type {number} */ count, /** @type {number} */ tone, /** @type {(i: number) => [number, number, number]} */ at) => {
      for (let i = 0; i < count; i++) {
        const [px, pz, k] = at(i);
        const h = land.heights[k];
        const begin = place.length / 3;
        place.push(px, Number.isFinite(h) ? Y(h) : floor, pz, px, floor, pz);
        about.push(Number.isFinite(h) ? clamped(h) : low, tone, low - 0.34 / rise, tone);
        if (i) index.push(begin - 2, begin - 1, begin, begin - 1, begin + 1, begin);
      }
    };
    side(columns, 0.94, (j) => [x(j), z(0), j]);
    side(columns, 0.75, (j) => [x(j), z(rows - 1), (rows - 1) * columns + j]);
    side(rows, 1.02, (i) => [x(0), z(i), i * columns]);
    side(rows, 0.84, (i) => [x(columns - 1), z(i), i * columns + columns - 1]);
    return mesh(/** @type {WebGL2RenderingContext} */ (gl), [[new Float32Array(place), 3], [new Float32Array(about), 2]], new Uint32Array(index));
  }

  function layout() {
    width = Math.max(240, el.clientWidth);
    height = Math.round(Math.min(560, Math.max(300, 0.66 * width)));
    ratio = Math.min(2, devicePixelRatio || 1);
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    aim();
    render();
  }

  function aim() {
    const away = 9.9 * Math.max(1, 1.28 / (width / height));
    const target = /** @type {Vec} */ ([0.1, -0.4, 0.1]);
    const eye = /** @type {Vec} */ ([target[0] + away * Math.sin(turned) * Math.cos(raised), target[1] + away * Math.sin(raised), target[2] + away * Math.cos(turned) * Math.cos(raised)]);
    view = camera(eye, target, VIEW, width / height);
  }

  /** @param {number} around @param {number} above */
  function turn(around, above) {
    turned += around;
    raised = Math.min(1.45, Math.max(0.15, raised + above));
    aim();
    render();
  }

  /** @param {string} name */
  function use(name) {
    const { made, at } = programs[name];
    gl?.useProgram(made);
    gl?.uniformMatrix4fv(at.camera, false, view.matrix);
    return at;
  }

  /** @param {ArrayLike<number>} list @param {number[]} colour @param {number} mode */
  function fill(list, colour, mode) {
    const at = use('PLAIN');
    gl?.uniform4fv(at.paint, colour);
    points.fill(list);
    gl?.drawArrays(mode, 0, list.length / 3);
  }

  /** @param {ArrayLike<number>} list @param {number[]} colour @param {number} wide */
  function line(list, colour, wide) {
    if (!gl || list.length < 6) return;
    const at = use('LINE');
    gl.uniform4fv(at.paint, colour);
    gl.uniform2f(at.screen, canvas.width / 2, canvas.height / 2);
    gl.uniform1f(at.width, (wide * ratio) / 2);
    segments.fill(list);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, list.length / 3 - 1);
  }

  /** @param {ArrayLike<number>} list @param {number} size @param {number} rim */
  function dots(list, size, rim) {
    const at = use('DOT');
    gl?.uniform4fv(at.paint, paint(INK));
    gl?.uniform1f(at.size, size * ratio);
    gl?.uniform1f(at.rim, rim * ratio);
    points.fill(list);
    gl?.drawArrays(gl.POINTS, 0, list.length / 3);
  }

  /** A flat arrow. @param {Vec} p @param {number[]} way @param {number} length @param {number} grown @param {number[]} colour */
  function arrow([x, y, z], [ux, uz], length, grown, colour) {
    const q = (/** @type {number} */ along, /** @type {number} */ across) => [x + ux * along - uz * across, y, z + uz * along + ux * across];
    const [half, head, neck] = [0.034 + grown, 0.125 + 1.6 * grown, length - 0.23];
    if (!gl) return;
    fill([...q(0.09 - grown, half), ...q(0.09 - grown, -half), ...q(neck, half), ...q(neck, -half)], colour, gl.TRIANGLE_STRIP);
    fill([...q(length + 2 * grown, 0), ...q(neck - 0.03 - 0.6 * grown, head), ...q(neck - 0.03 - 0.6 * grown, -head)], colour, gl.TRIANGLES);
  }

  function render() {
    if (!gl || lost) return;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.enable(gl.DEPTH_TEST);
    gl.depthMask(false);
    const shade = use('SHADOW');
    gl.uniform2f(shade.half_size, halfX, halfZ);
    gl.uniform1f(shade.strength, dark() ? 0.75 : 0.34);
    gl.bindVertexArray(shadowMesh.array);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    gl.depthMask(true);
    const here = at();
    const parts = /** @type {[string, typeof landMesh][]} */ ([['WALL', wallMesh], ['LAND', landMesh]]);
    for (const [name, one] of parts) {
      const u = use(name);
      gl.uniform1f(u.low, low);
      gl.uniform1f(u.high, high);
      gl.uniform1f(u.gap, gap);
      gl.uniform1f(u.dim, dark() ? 0.9 : 1);
      if (name === 'LAND') {
        gl.uniform1f(u.ratio, ratio);
        gl.uniform3fv(u.here, here);
        gl.uniform3fv(u.eye, view.eye);
      }
      gl.bindVertexArray(one.array);
      gl.drawElements(gl.TRIANGLES, one.count, gl.UNSIGNED_INT, 0);
    }
    if (seen) drawSeen(here);
    gl.bindVertexArray(null);
  }

  /** The point, in the picture. @returns {Vec} */
  function at() {
    if (!seen) return [0, 9, 0];
    const [r, u] = [seen.x[order[0]], seen.x[order[1]]];
    return [X(r), (Number.isFinite(seen.numbers.f) ? Y(seen.numbers.f) : drawnHeight(r, u)) + 0.05, Z(u)];
  }

  /** @param {Vec} here */
  function drawSeen(here) {
    if (!gl) return;
    const [x, y, z] = here;
    const q = seen.numbers;
    const [ge, gn] = [q[`slope_${names[0]}`], q[`slope_${names[1]}`]];
    const slope = Math.hypot(ge, gn);
    gl.depthMask(false);
    if (shows.has('disc')) disc(here);
    for (const { points: path } of seen.paths ?? []) drawPath(path);
    if (shows.has('arrow') && !seen.hidden && slope > 0 && Number.isFinite(slope)) {
      const way = [-ge / slope, gn / slope];
      const length = Math.min(1.7, Math.max(0.42, slope * scale * 4));
      const [ux, uz] = way;
      const tip = /** @type {Vec} */ ([x + ux * length, y, z + uz * length]);
      gl.disable(gl.DEPTH_TEST);
      arrow(here, way, length, 0.024, [1, 1, 1, 0.3]);
      arrow(here, way, length, 0, paint(GREEN, 0.4));
      gl.enable(gl.DEPTH_TEST);
      const below = drawnHeight(right[0] + ((tip[0] / halfX + 1) / 2) * (right[1] - right[0]), up[0] + ((1 - tip[2] / halfZ) / 2) * (up[1] - up[0]));
      if (tip[1] > below && Math.abs(tip[0]) < halfX && Math.abs(tip[2]) < halfZ) line([...tip, tip[0], below, tip[2]], paint(INK, 0.75), 1.5);
      if (shows.has('legs')) {
        const corner = [tip[0], y, z];
        for (const [leg, colour] of /** @type {[number[], string][]} */ ([[[x, y, z, ...corner], EAST], [[...corner, ...tip], NORTH]])) {
          line(leg, [1, 1, 1, 0.9], 5.5);
          line(leg, paint(colour), 2.6);
        }
      }
      arrow(here, way, length, 0.024, [1, 1, 1, 0.97]);
      arrow(here, way, length, 0, paint(GREEN));
    }
    gl.disable(gl.DEPTH_TEST);
    dots(here, 20, 3);
    gl.enable(gl.DEPTH_TEST);
    gl.depthMask(true);
    placeLabels(here);
  }

  /** @param {Vec} here */
  function disc([x, y, z]) {
    if (!gl) return;
    const fan = [x, y - 0.012, z];
    const ring = [];
    for (let i = 0; i <= 72; i++) {
      const [c, s] = [ROUND * Math.cos((i * Math.PI) / 36), ROUND * Math.sin((i * Math.PI) / 36)];
      fan.push(x + c, y - 0.012, z + s);
      ring.push(x + c, y - 0.01, z + s);
    }
    fill(fan, [1, 1, 1, 0.3], gl.TRIANGLE_FAN);
    line(ring, paint(INK, 0.9), 1.4);
    gl.disable(gl.DEPTH_TEST);
    line(ring, paint(INK, 0.22), 1.4);
    gl.enable(gl.DEPTH_TEST);
    if (!seen.hidden) {
      const angle = (seen.heading * Math.PI) / 180;
      line([x, y, z, x + ROUND * Math.sin(angle), y, z - ROUND * Math.cos(angle)], paint(INK, 0.7), 1.6);
    }
  }

  /** @param {number[][]} path */
  function drawPath(path) {
    const on = (/** @type {number} */ r, /** @type {number} */ u) => [X(r), drawnHeight(r, u) + 0.012, Z(u)];
    /** @type {number[]} */
    const list = [];
    /** @type {number[]} */
    const beads = [];
    path.forEach((p, i) => {
      const [r, u] = [p[order[0]], p[order[1]]];
      if (i) {
        const [r0, u0] = [path[i - 1][order[0]], path[i - 1][order[1]]];
        for (let k = 1; k <= 5; k++) list.push(...on(r0 + ((r - r0) * k) / 5, u0 + ((u - u0) * k) / 5));
      } else list.push(...on(r, u));
      beads.push(...on(r, u));
    });
    line(list, [1, 1, 1, 0.9], 6);
    line(list, paint(INK), 2.6);
    if (path.length <= 60) dots(beads, 8.5, 1.8);
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

  /** Where a spot of the picture meets the land: right and up. @param {PointerEvent} event */
  function pick(event) {
    const box = canvas.getBoundingClientRect();
    const way = view.ray(((event.clientX - box.left) / box.width) * 2 - 1, 1 - ((event.clientY - box.top) / box.height) * 2);
    for (let t = 4; t < 20; t += 0.012) {
      const [x, y, z] = view.eye.map((v, i) => v + way[i] * t);
      if (Math.abs(x) > halfX || Math.abs(z) > halfZ) continue;
      const [r, u] = [right[0] + ((x / halfX + 1) / 2) * (right[1] - right[0]), up[0] + ((1 - z / halfZ) / 2) * (up[1] - up[0])];
      if (y < drawnHeight(r, u) + 0.05) return [r, u];
    }
    return null;
  }

  const grains = [right, up].map(([a, b]) => grain(b - a));
  /** @param {PointerEvent} event */
  function pressed(event) {
    if (event.button !== 0 || !seen) return;
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    const [px, py] = view.project(at());
    const away = Math.hypot(event.clientX - box.left - ((px + 1) / 2) * box.width, event.clientY - box.top - ((1 - py) / 2) * box.height);
    const walking = away < 26;
    let [lastX, lastY] = [event.clientX, event.clientY];
    if (walking) opts.ongrab();
    canvas.setPointerCapture(event.pointerId);
    canvas.classList.add('held');
    const moved = (/** @type {PointerEvent} */ e) => {
      if (walking) {
        const there = pick(e);
        if (!there) return;
        const next = [0, 0];
        there.forEach((v, i) => (next[order[i]] = snapped(v, grains[i])));
        opts.onmove(next);
      } else {
        turn(-(e.clientX - lastX) * 0.006, (e.clientY - lastY) * 0.005);
        [lastX, lastY] = [e.clientX, e.clientY];
      }
    };
    const end = () => {
      canvas.removeEventListener('pointermove', moved);
      canvas.classList.remove('held');
      if (walking) opts.onrest();
    };
    canvas.addEventListener('pointermove', moved);
    canvas.addEventListener('pointerup', end, { once: true });
    canvas.addEventListener('pointercancel', end, { once: true });
  }

  canvas.addEventListener('pointerdown', pressed);
  canvas.addEventListener('webglcontextlost', (/** @type {Event} */ event) => {
    event.preventDefault();
    lost = true;
  });
  const watch = onWidth(el, layout);
  addEventListener('theme', render);
  layout();
  return {
    scale: alike ? TEXT.scale(times) : TEXT.scaleFree,
    /** Where the point lies on the page's pixels, for whoever wants to take hold of it. */
    spot() {
      const [px, py] = view.project(at());
      return [((px + 1) / 2) * width, ((1 - py) / 2) * height];
    },
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
