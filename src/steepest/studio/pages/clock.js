// Time that runs: the point moves along its stretch by itself, until it is held or stopped.

import { still } from './glide.js';
import { grain, snapped } from './numerals.js';

const LASTS = 8; // seconds for the whole stretch
const JUMP = 400; // milliseconds between two places where no motion is wanted

/**
 * @param {import('./store.js').Store} store
 * @param {number[]} stretch
 * @param {(running: boolean) => void} told  whether it runs
 */
export function makeClock(store, [low, high], told) {
  let running = 0;

  function halt() {
    cancelAnimationFrame(running);
    clearTimeout(running);
    running = 0;
    told(false);
  }

  /** Begin, from the start again where time is up; or stop. */
  function toggle() {
    if (running) return halt();
    store.mark();
    const from = store.state.x[0] >= high ? low : store.state.x[0];
    const jumps = still();
    const next = () => (running = jumps ? window.setTimeout(go, JUMP) : requestAnimationFrame(go));
    const begun = performance.now();
    /** @type {number[]} */
    let set = store.state.x;
    function go() {
      if (store.state.x !== set) return halt(); // somebody has taken hold of the point
      const seconds = (performance.now() - begun) / 1000;
      const t = Math.min(high, from + ((high - low) * seconds) / LASTS);
      set = [snapped(t, grain(high - low))];
      store.set({ x: set, trail: [] });
      if (t < high) next();
      else halt();
    }
    next();
    told(true);
  }

  return { toggle, halt };
}
