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
  for (let i = 0; i < rows - 1; i++) {
    let right = heights[i * columns] >= level;
    let across = heights[(i + 1) * columns] >= level;
    for (let j = 0, k = i * columns; j < columns - 1; j++, k++) {
      const up = k + columns;
      const here = right;
      const ahead = across;
      right = heights[k + 1] >= level;
      across = heights[up + 1] >= level;
      if (here === right && right === across && across === ahead) continue; // most cells by far
      const sum = heights[k] + heights[k + 1] + heights[up + 1] + heights[up];
      if (!Number.isFinite(sum)) continue;
      const [below, beside, above, left] = [2 * k, 2 * k + 3, 2 * up, 2 * k + 1];
      if (here === across && right === ahead) {
        const turn = sum / 4 >= level === here; // whether the middle belongs to this corner
        join(joins, below, turn ? beside : left);
        join(joins, above, turn ? left : beside);
      } else {
        const from = here !== right ? below : right !== across ? beside : above;
        const to = ahead !== here ? left : across !== ahead ? above : beside;
        join(joins, from, to);
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
  const [ofP, ofQ] = [joins.get(p), joins.get(q)];
  if (ofP) ofP.push(q);
  else joins.set(p, [q]);
  if (ofQ) ofQ.push(p);
  else joins.set(q, [p]);
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
