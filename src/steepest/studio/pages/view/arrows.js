// The outlines of arrows, in SVG: each meaning has its own shape.

/** @param {number} x @param {number} y @param {number} ux @param {number} uy @returns {(along: number, across: number) => string} */
const from = (x, y, ux, uy) => (along, across) => `${(x + ux * along - uy * across).toFixed(1)},${(y + uy * along + ux * across).toFixed(1)}`;

/**
 * A filled arrow from a point along a unit vector: steepest descent. A short one is slimmer, so
 * that it keeps a shaft.
 * @param {number} x
 * @param {number} y
 * @param {number} ux
 * @param {number} uy
 * @param {number} length
 */
export function wideArrow(x, y, ux, uy, length) {
  const size = Math.min(1, Math.max(0.62, length / 46));
  const neck = length - 17 * size;
  const begin = Math.min(4, neck - 2);
  const p = from(x, y, ux, uy);
  const [half, head] = [3.6 * size, 10 * size];
  return `M${p(begin, -half)}L${p(neck, -half)}L${p(neck - 2, -head)}L${p(length, 0)}L${p(neck - 2, head)}L${p(neck, half)}L${p(begin, half)}Z`;
}

/**
 * A thin arrow with an open head: the gradient, or an arrow that was guessed.
 * @param {number} x
 * @param {number} y
 * @param {number} ux
 * @param {number} uy
 * @param {number} length
 */
export function openArrow(x, y, ux, uy, length) {
  const size = Math.min(1, length / 40);
  const p = from(x, y, ux, uy);
  return `M${x},${y}L${p(length, 0)}M${p(length - 11 * size, -7 * size)}L${p(length, 0)}L${p(length - 11 * size, 7 * size)}`;
}

/**
 * A wide arrow along an axis: a step in one variable.
 * @param {number} start
 * @param {number} end
 * @param {number} y
 */
export function flatArrow(start, end, y) {
  const way = Math.sign(end - start) || 1;
  const length = Math.abs(end - start);
  const head = Math.min(17, 0.6 * length);
  const size = Math.max(0.35, head / 17);
  const neck = end - way * head;
  const [half, wing] = [4.5 * size, 6 * size];
  return `M${start},${y - half}H${neck}v${-wing}L${end},${y}L${neck},${y + half + wing}v${-wing}H${start}Z`;
}
