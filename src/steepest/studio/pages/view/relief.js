// How land is shaded: the slope of every grid point, and how open its sky is. For pictures only.

/**
 * @typedef {import('../land.js').Land} Land
 */

/** @type {WeakMap<object, {right: Float32Array, up: Float32Array}>} */
const known = new WeakMap();

/**
 * Differences of the heights along rows and columns, per grid step.
 * @param {Land} land
 */
export function slopes(land) {
  const { heights } = land;
  const found = known.get(heights) ?? differences(heights);
  known.set(heights, found);
  return found;
}

/** @param {any} heights */
function differences(heights) {
  const [rows, columns] = heights.shape;
  const right = new Float32Array(rows * columns);
  const up = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const k = i * columns + j;
      right[k] = between(heights, k - (j > 0 ? 1 : 0), k + (j < columns - 1 ? 1 : 0), 1);
      up[k] = between(heights, k - (i > 0 ? columns : 0), k + (i < rows - 1 ? columns : 0), columns);
    }
  }
  return { right, up };
}

/**
 * @param {ArrayLike<number>} heights
 * @param {number} p
 * @param {number} q
 * @param {number} stride
 */
function between(heights, p, q, stride) {
  const found = ((heights[q] - heights[p]) * stride) / (q - p);
  return Number.isFinite(found) ? found : 0;
}

/**
 * The share of the sky that each point sees, 0 to 1, on a coarse grid, spread over the fine one.
 * @param {Land} land
 * @param {number} scale  grid steps per unit of height
 */
export function openness(land, scale) {
  const { heights } = land;
  const [rows, columns] = heights.shape;
  const coarse = 96;
  const at = (/** @type {number} */ i, /** @type {number} */ j) => heights[Math.round((i * (rows - 1)) / (coarse - 1)) * columns + Math.round((j * (columns - 1)) / (coarse - 1))] * scale * (coarse / columns);
  const sky = new Float32Array(coarse * coarse);
  for (let i = 0; i < coarse; i++) {
    for (let j = 0; j < coarse; j++) {
      const here = at(i, j);
      let seen = 0;
      for (let k = 0; k < 12; k++) {
        const [c, s] = [Math.cos((k * Math.PI) / 6 + 0.13), Math.sin((k * Math.PI) / 6 + 0.13)];
        let steepest = 0;
        for (let r = 1; r <= 8; r++) {
          const far = 0.4 * r * r + 0.6 * r;
          const [y, x] = [Math.round(i + s * far), Math.round(j + c * far)];
          if (y < 0 || x < 0 || y >= coarse || x >= coarse) break;
          steepest = Math.max(steepest, (at(y, x) - here) / far || 0);
        }
        seen += 1 - steepest / Math.hypot(1, steepest);
      }
      sky[i * coarse + j] = seen / 12;
    }
  }
  const found = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) found[i * columns + j] = bilinear(sky, coarse, coarse, (i * (coarse - 1)) / (rows - 1), (j * (coarse - 1)) / (columns - 1));
  return found;
}

/**
 * A value between grid points.
 * @param {ArrayLike<number>} values
 * @param {number} rows
 * @param {number} columns
 * @param {number} i
 * @param {number} j
 */
export function bilinear(values, rows, columns, i, j) {
  const [y, x] = [Math.max(0, Math.min(rows - 2, Math.floor(i))), Math.max(0, Math.min(columns - 2, Math.floor(j)))];
  const [v, u] = [i - y, j - x];
  const k = y * columns + x;
  return (values[k] * (1 - u) + values[k + 1] * u) * (1 - v) + (values[k + columns] * (1 - u) + values[k + columns + 1] * u) * v;
}

/**
 * How long the arrows are drawn: so that the middle one of all slopes reaches over a sixth of the
 * picture. Per unit of slope, in shares of the width.
 * @param {Land} land
 */
export function arrowScale(land) {
  const { right, up } = slopes({ ...land, heights: land.raw });
  const [rows, columns] = land.heights.shape;
  const width = land.right[1] - land.right[0];
  const perRight = width / (columns - 1);
  const perUp = (land.up[1] - land.up[0]) / (rows - 1);
  const some = Math.ceil(right.length / 4001); // enough of them to know the shares
  const sizes = Float32Array.from({ length: Math.ceil(right.length / some) }, (_, i) => Math.hypot(right[i * some] / perRight, up[i * some] / perUp)).filter(Number.isFinite).sort();
  const middle = sizes[sizes.length >> 1] || sizes.at(-1) || 1;
  return 0.17 / middle;
}

/** What of the heights is coloured: all, or most where a few tower over the rest. @param {Land} land */
export function colouring(land) {
  const some = Math.ceil(land.heights.length / 4001); // enough of them to know the shares
  const finite = /** @type {Float32Array} */ (land.heights).filter((h, k) => k % some === 0 && Number.isFinite(h)).sort();
  const at = (/** @type {number} */ share) => finite[Math.round(share * (finite.length - 1))];
  if (!finite.length) return { low: 0, high: 1 };
  const [low, high] = [land.low, land.high];
  if (high - low > 20 * (at(0.9) - at(0.1)) && at(0.9) > at(0.1)) return { low: Math.max(low, at(0.01)), high: at(0.95) };
  return { low, high: high > low ? high : low + 1 };
}
