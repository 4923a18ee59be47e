// The numbers that lessons speak of, at the reader's point: the page's side of
// `steepest.studio.quantities`, under the same names.

import { apart, bearing, bearingVector, compassWord } from './compass.js';

/**
 * @typedef {import('./store.js').State} State
 * @typedef {import('./ground.js').Ground} Ground
 * @typedef {Pick<State, 'x'> & Partial<State>} Here   of what is left out there is none
 * @typedef {Record<string, number> & {fresh: number}} Numbers
 */

const BEND = 1e-4; // of the stretch: how far apart two slopes are taken, to see how the curve bends

/**
 * All quantities at a state.
 * @param {Ground} ground
 * @param {Here} state
 * @param {number[][]} stretches
 * @param {import('./ground.js').Reading} [reading]  the engine's own, where it has been asked
 * @returns {Numbers}
 */
export function quantities(ground, state, stretches, reading = ground.at(state.x)) {
  const { variables } = ground;
  const { x, rate = 0, h = 0, heading = 0, trail = [], guess = null } = state;
  const { f, g, fresh } = reading;
  const next = x.map((v, i) => v - rate * g[i]);
  const magnitude = Math.hypot(...g);
  const start = trail[0] ?? x;
  /** @type {any} */
  const found = { f, magnitude, rate, h, heading, steps: trail.length, count: variables.length, fresh: +fresh };
  found.next_f = ground.value(next);
  found.start_f = trail.length ? ground.value(start) : f;
  variables.forEach((name, i) => {
    found[name] = x[i];
    found[`slope_${name}`] = g[i];
    found[`next_${name}`] = next[i];
    found[`step_${name}`] = -rate * g[i];
    found[`down_${name}`] = magnitude > 0 ? -g[i] / magnitude : NaN;
    found[`start_${name}`] = start[i];
  });
  if (variables.length === 1) {
    const slope = g[0];
    const further = ground.value([x[0] + h]);
    const bend = BEND * (stretches[0][1] - stretches[0][0]);
    const [left, right] = [x[0] - bend, x[0] + bend].map((v) => (ground.taped ? ground.at([v]).g[0] : NaN));
    Object.assign(found, { slope, f_h: further, secant: (further - f) / h, gap: (further - f) / h - slope });
    Object.assign(found, { curvature: (right - left) / (2 * bend), start_slope: trail.length && ground.taped ? ground.at(start).g[0] : slope });
  } else {
    const [north, east] = ground.described.axes ?? [0, 1];
    const [toNorth, toEast] = bearingVector(heading);
    found.bearing = bearing(-g[north], -g[east]);
    found.toward = g[north] * toNorth + g[east] * toEast;
    found.miss = guess === null ? NaN : apart(guess, found.bearing);
  }
  return found;
}

/**
 * The words that lessons use beside numbers, and lists of numbers, one of every variable.
 * @param {Numbers} numbers
 * @param {string[]} variables
 */
export function words(numbers, variables) {
  const each = (/** @type {string} */ word) => variables.map((v) => numbers[`${word}${v}`]);
  return {
    names: variables.map((v) => `"${v}"`).join(', ') + (variables.length === 1 ? ',' : ''),
    point: each(''), gradient: each('slope_'), step: each('step_'), next: each('next_'),
    compass: numbers.magnitude > 0 ? compassWord(numbers.bearing) : '–',
    way: numbers.slope > 0 ? 'left' : 'right',
  };
}
