// Contour lines of heights on a grid, joined into chains, by marching squares.

/**
 * @typedef {{level: number, points: number[], closed: boolean}} Line   points as column, row pairs
 */

/**
 * @param {ArrayLike<number>} heights  rows by columns, row by row
 * @param {number} rows
 * @param {number} columns
 * @param {number} level
 * @returns {Line[]}
 */
export function contour(heights, rows, columns, level) {
  // A crossing lies on an edge of the grid: 2k for the one to the right of point k, 2k + 1 upwards.
  /** @type {Map<number, number[]>} */
  const joins = new Map();
  const above = (/** @type {number} */ k) => heights[k] >= level;
  for (let i = 0; i < rows - 1; i++) {
    for (let j = 0; j < columns - 1; j++) {
      const k = i * columns + j;
      const corners = [k, k + 1, k + columns + 1, k + columns];
      if (!corners.every((c) => Number.isFinite(heights[c]))) continue;
      const edges = [2 * k, 2 * (k + 1) + 1, 2 * (k + columns), 2 * k + 1]; // below, right, above, left
      const crossed = edges.filter((_, e) => above(corners[e]) !== above(corners[(e + 1) % 4]));
      if (crossed.length === 2) join(joins, crossed[0], crossed[1]);
      else if (crossed.length === 4) {
        const middle = (heights[k] + heights[k + 1] + heights[k + columns] + heights[k + columns + 1]) / 4 >= level;
        const turn = middle === above(k) ? 1 : 0;
        join(joins, edges[0], edges[turn ? 1 : 3]);
        join(joins, edges[2], edges[turn ? 3 : 1]);
      }
    }
  }
  return chains(joins).map(({ edges, closed }) => ({
    level, closed,
    points: edges.flatMap((edge) => place(heights, columns, level, edge)),
  }));
}

/**
 * @param {Map<number, number[]>} joins
 * @param {number} p
 * @param {number} q
 */
function join(joins, p, q) {
  for (const [a, b] of [[p, q], [q, p]]) {
    const list = joins.get(a);
    if (list) list.push(b);
    else joins.set(a, [b]);
  }
}

/** @param {Map<number, number[]>} joins */
function chains(joins) {
  const seen = new Set();
  const found = [];
  const follow = (/** @type {number} */ first) => {
    const edges = [first];
    seen.add(first);
    for (let at = first; ; ) {
      const next = joins.get(at)?.find((e) => !seen.has(e));
      if (next === undefined) return edges;
      seen.add(next);
      edges.push(next);
      at = next;
    }
  };
  const starts = [...joins.keys()];
  for (const edge of starts) if (!seen.has(edge) && joins.get(edge)?.length === 1) found.push({ edges: follow(edge), closed: false });
  for (const edge of starts) if (!seen.has(edge)) found.push({ edges: follow(edge), closed: true });
  return found;
}

/**
 * Where the level is crossed on an edge, as column and row.
 * @param {ArrayLike<number>} heights
 * @param {number} columns
 * @param {number} level
 * @param {number} edge
 */
function place(heights, columns, level, edge) {
  const k = edge >> 1;
  const other = edge & 1 ? k + columns : k + 1;
  const share = (level - heights[k]) / (heights[other] - heights[k]);
  const [row, column] = [Math.floor(k / columns), k % columns];
  return edge & 1 ? [column, row + share] : [column + share, row];
}

/**
 * A round distance between contours, about fifteen over the range.
 * @param {number} low
 * @param {number} high
 */
export function contourStep(low, high) {
  const wanted = (high - low) / 15;
  if (!(wanted > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const share = wanted / power;
  return power * (share < 1.5 ? 1 : share < 3.2 ? 2 : share < 7.1 ? 5 : 10);
}
