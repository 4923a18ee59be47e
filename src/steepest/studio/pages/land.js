// The land that maps and mountains show: heights over a rectangle, as the engine has them or by
// their logarithms, for what is flat below and steep above.

/**
 * @typedef {object} Land   heights over a rectangle, rows upwards
 * @property {any} heights  as they are drawn, with `shape` [rows, columns]
 * @property {any} raw      as they are
 * @property {(height: number) => number} lift   a height, as it is drawn
 * @property {(level: number) => number} told    and back
 * @property {number[]} right
 * @property {number[]} up
 * @property {number} low
 * @property {number} high
 * @property {number[]} order  the places of the variables that go right and up
 * @property {string[]} names  of these two
 */

const SIDE = 128; // points along one side of a picture
const FLOOR = 0.1; // of all places: those lower than so many are drawn about level

/** @type {{ question: string, answer: Promise<any> } | null} */
let ahead = null;

/**
 * Ask for the land of a function of two variables before it is known whether it is one; an answer
 * that nobody wants is forgotten.
 * @param {Record<string, any>} of
 * @param {number[][]} stretches
 * @param {any} wire
 */
export function askAhead(of, stretches, wire) {
  const question = { of, stretches, count: SIDE };
  ahead = { question: JSON.stringify(question), answer: wire.ask('grid', question) };
  ahead.answer.catch(() => {}); // what is wrong with the function, its description says
}

/**
 * @param {import('./picture.js').Shown} shown
 * @param {any} wire
 * @returns {Promise<Land>}
 */
export async function landOf({ ground, stretches, pair, x, log = false }, wire) {
  const many = ground.variables.length > 2;
  const question = { of: ground.named, stretches, count: SIDE, ...(many ? { pair, x } : {}) };
  const asked = ahead?.question === JSON.stringify(question) ? ahead.answer : wire.ask('grid', question);
  ahead = null;
  const told = await asked;
  const [right, up] = told.order;
  const raw = told.arrays.heights;
  const common = { raw, right: stretches[right], up: stretches[up], order: told.order, names: [ground.variables[right], ground.variables[up]] };
  const same = (/** @type {number} */ v) => v;
  const { low, high } = told;
  if (!log || !(high > low)) return { ...common, heights: raw, lift: same, told: same, low, high };
  const soft = softOf(raw, low, high);
  const lift = (/** @type {number} */ h) => Math.log10(Math.max(0, h - low) + soft);
  const heights = Object.assign(raw.map(lift), { shape: raw.shape });
  return { ...common, heights, lift, told: (level) => 10 ** level - soft + low, low: lift(low), high: lift(high) };
}

/**
 * What is added before the logarithm is taken, so that the lowest place has one.
 * @param {Float32Array} heights
 * @param {number} low
 * @param {number} high
 */
function softOf(heights, low, high) {
  const finite = heights.filter(Number.isFinite).sort();
  return Math.max(1e-6 * (high - low), finite[Math.floor(FLOOR * (finite.length - 1))] - low);
}
