// The block of land: where heights over a rectangle come to lie in space, and the surfaces that
// are drawn of it. Right is x, up on the map is −z, height is y.

import { round } from '../numerals.js';
import { mesh } from './gl.js';
import { bilinear, colouring, openness, slopes } from './relief.js';

/**
 * @typedef {import('../land.js').Land} Land
 * @typedef {import('./gl.js').Vec} Vec
 * @typedef {ReturnType<typeof makeBlock>} Block
 */

const TALL = { alike: 1.45, free: 1.15 }; // how high the land is drawn, where its longer side is 4
const STEEP = 0.85; // how steep the ground is drawn at most, at seven of ten places
const DEEP = 0.3; // the wall below the lowest place
const MARGIN = 7; // half the side of the ground on which the block throws its shadow

/**
 * The slope that three of ten places exceed, were a unit of height as long as one in space.
 * @param {Land} land
 * @param {number} halfX
 * @param {number} halfZ
 */
function usualSlope(land, halfX, halfZ) {
  const { right, up } = slopes(land);
  const [rows, columns] = land.heights.shape;
  const some = Math.ceil(right.length / 4001); // enough of them to know the shares
  const sizes = Float32Array.from({ length: Math.ceil(right.length / some) }, (_, i) => Math.hypot((right[i * some] * (columns - 1)) / (2 * halfX), (up[i * some] * (rows - 1)) / (2 * halfZ))).sort();
  return sizes[Math.floor(0.7 * (sizes.length - 1))] || 1e-9;
}

/**
 * @param {Land} land
 * @param {boolean} alike  whether heights and distances have the same unit, so that a scale can be told
 */
export function makeBlock(land, alike) {
  const { right, up, heights } = land;
  const [rows, columns] = heights.shape;
  const { low, high } = colouring(land);
  const aspect = Math.min(1.6, Math.max(0.6, (up[1] - up[0]) / (right[1] - right[0])));
  const [halfX, halfZ] = aspect > 1 ? [2 / aspect, 2] : [2, 2 * aspect];
  const toScale = (2 * halfX) / (right[1] - right[0]);
  const wanted = Math.min((alike ? TALL.alike : TALL.free) / (high - low), STEEP / usualSlope(land, halfX, halfZ));
  const times = alike ? round(wanted / toScale) : 1;
  const rise = alike ? times * toScale : wanted;
  const clamped = (/** @type {number} */ h) => Math.min(high, Math.max(low, h));
  const X = (/** @type {number} */ v) => (((v - right[0]) / (right[1] - right[0])) * 2 - 1) * halfX;
  const Y = (/** @type {number} */ h) => (clamped(h) - (low + high) / 2) * rise;
  const Z = (/** @type {number} */ v) => -(((v - up[0]) / (up[1] - up[0])) * 2 - 1) * halfZ;
  const floor = Y(low) - DEEP;
  /** The height in the picture. @param {number} r @param {number} u */
  const drawnHeight = (r, u) => {
    const h = bilinear(heights, rows, columns, ((u - up[0]) / (up[1] - up[0])) * (rows - 1), ((r - right[0]) / (right[1] - right[0])) * (columns - 1));
    return Number.isFinite(h) ? Y(h) : floor;
  };
  const inside = (/** @type {number} */ x, /** @type {number} */ z) => Math.abs(x) <= halfX && Math.abs(z) <= halfZ;
  /** Right and up on the map of a place in space. @param {number} x @param {number} z */
  const onMap = (x, z) => [right[0] + ((x / halfX + 1) / 2) * (right[1] - right[0]), up[0] + ((1 - z / halfZ) / 2) * (up[1] - up[0])];

  /** Places that reach as far as the block does: the corners of its floor, and some of its surface. */
  function outline() {
    const found = [-halfX, halfX].flatMap((x) => [-halfZ, halfZ].map((z) => /** @type {Vec} */ ([x, floor, z])));
    for (let i = 0; i <= 16; i++) {
      for (let j = 0; j <= 16; j++) {
        const [x, z] = [halfX * (j / 8 - 1), halfZ * (i / 8 - 1)];
        const [r, u] = onMap(x, z);
        found.push([x, drawnHeight(r, u), z]);
      }
    }
    return found;
  }

  /** @param {WebGL2RenderingContext} gl */
  function surface(gl) {
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
        const h = heights[k];
        place.set([(-1 + (2 * j) / (columns - 1)) * halfX, Number.isFinite(h) ? Y(h) : floor, (1 - (2 * i) / (rows - 1)) * halfZ], 3 * k);
        about.set([h, dx[k] * perX, dy[k] * perZ, sky[k]], 4 * k);
        if (i < rows - 1 && j < columns - 1) {
          const around = [k, k + 1, k + columns, k + columns + 1];
          if (around.every((c) => Number.isFinite(heights[c]))) index.push(k, k + 1, k + columns, k + 1, k + columns + 1, k + columns);
        }
      }
    }
    return mesh(gl, [[place, 3], [about, 4]], new Uint32Array(index));
  }

  /** @param {WebGL2RenderingContext} gl */
  function walls(gl) {
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
        const h = heights[k];
        const begin = place.length / 3;
        place.push(px, Number.isFinite(h) ? Y(h) : floor, pz, px, floor, pz);
        about.push(Number.isFinite(h) ? clamped(h) : low, tone, low - DEEP / rise, tone);
        if (i) index.push(begin - 2, begin - 1, begin, begin - 1, begin + 1, begin);
      }
    };
    side(columns, 0.94, (j) => [x(j), z(0), j]);
    side(columns, 0.75, (j) => [x(j), z(rows - 1), (rows - 1) * columns + j]);
    side(rows, 1.02, (i) => [x(0), z(i), i * columns]);
    side(rows, 0.84, (i) => [x(columns - 1), z(i), i * columns + columns - 1]);
    return mesh(gl, [[new Float32Array(place), 3], [new Float32Array(about), 2]], new Uint32Array(index));
  }

  /** What lies below the block and takes its shadow. @param {WebGL2RenderingContext} gl */
  const table = (gl) => mesh(gl, [[new Float32Array([-MARGIN, floor, -MARGIN, MARGIN, floor, -MARGIN, -MARGIN, floor, MARGIN, MARGIN, floor, MARGIN]), 3]]);

  return { low, high, halfX, halfZ, times, X, Y, Z, floor, drawnHeight, inside, onMap, outline, surface, walls, table };
}
