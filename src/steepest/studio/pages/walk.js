// Steps of gradient descent in a lesson, by hand; and what the engine says of them.

import { still } from './glide.js';
import { grain, snapped } from './numerals.js';
import { underWay } from './settling.js';

/**
 * @typedef {import('./ground.js').Ground} Ground
 * @typedef {import('./store.js').Store} Store
 */

const RUN = 10; // steps
const PACE = 250; // milliseconds between two of them
const LONGEST = 400; // steps that are remembered
const FURTHER = 200; // steps that the engine looks ahead

/**
 * @param {object} given
 * @param {Store} given.store
 * @param {() => Ground} given.ground
 * @param {{ask: (what: string, question: any) => Promise<any>}} given.wire
 * @param {() => number[][]} given.stretches
 * @param {{update: (v: any) => void}} given.verdict
 */
export function makeWalk({ store, ground, wire, stretches, verdict }) {
  let left = 0;
  let clock = 0;
  let asked = 0;

  /** Take one step; false where there is none to take. */
  function advance() {
    const { x, trail, rate } = store.state;
    const { g } = ground().at(x);
    const next = x.map((v, i) => v - rate * g[i]);
    if (!next.every(Number.isFinite) || trail.length >= LONGEST) return false;
    store.set({ x: next, trail: [...trail, x], told: true });
    return true;
  }

  function step() {
    halt();
    store.mark();
    advance();
    judge();
  }

  function run() {
    if (left) return halt();
    store.mark();
    left = RUN;
    const motionless = still();
    const tick = () => {
      if (left-- > 0 && advance()) clock = window.setTimeout(tick, motionless ? 0 : PACE);
      else {
        left = 0;
        judge();
      }
    };
    tick();
  }

  function halt() {
    clearTimeout(clock);
    left = 0;
  }

  /** Ask the engine where the same walk leads if it goes on, and show its verdict. */
  async function judge() {
    const { trail, rate } = store.state;
    if (!trail.length || !same(trail, store.state.x, rate)) return verdict.update(null);
    const number = ++asked;
    try {
      const of = ground().named;
      const found = await underWay(wire.ask('walk', { of, x: trail[0], steps: trail.length + FURTHER, settings: { rate } }));
      if (number === asked) verdict.update(found.verdict);
    } catch {
      // given up for a later one
    }
  }

  /**
   * Whether all steps were taken at this rate.
   * @param {number[][]} trail
   * @param {number[]} last
   * @param {number} rate
   */
  function same(trail, last, rate) {
    const points = [...trail, last];
    return trail.every((p, k) => {
      const { g } = ground().at(p);
      return p.every((v, i) => Math.abs(v - rate * g[i] - points[k + 1][i]) <= 1e-9 * Math.max(1, Math.abs(v)));
    });
  }

  /** Go as far to the other side of the minimum; not over the next crest. */
  function mirror() {
    halt();
    const [low, high] = stretches()[0];
    const [w] = store.state.x;
    const slope = (/** @type {number} */ v) => ground().at([v]).g[0];
    const way = -Math.sign(slope(w));
    const step = ((high - low) / 2000) * way;
    let minimum = w;
    while (minimum > low && minimum < high && slope(minimum) * way < 0) minimum += step;
    if (!way || minimum <= low || minimum >= high) return;
    let crest = minimum;
    while (crest > low && crest < high && slope(crest) * way >= 0) crest += step;
    const away = Math.min(Math.abs(minimum - w), 0.6 * Math.abs(crest - minimum));
    store.mark();
    store.set({ x: [snapped(minimum + way * away, grain(high - low))], trail: [] });
    verdict.update(null);
  }

  return {
    step, run, mirror, halt,
    get running() {
      return left > 0;
    },
  };
}
