// A runner in three pictures of one moment: on the track at x(t), on the curve of x over t, and,
// below it, on the curve of the speed. Its height there is the slope of the tangent above.

import { element } from '../element.js';
import * as curve from './curve.js';
import { makeSpeed } from './speed.js';
import { makeTrack } from './track.js';

/**
 * @typedef {import('../ground.js').Ground} Ground
 */

const SAMPLES = 480;

/**
 * @param {HTMLElement} el
 * @param {{ground: Ground, stretch: number[], heights?: ArrayLike<number>, name: string, shows: Set<string>, labels?: curve.Labels}} data
 * @param {any} opts
 * @returns {curve.View}
 */
export function make(el, data, opts) {
  const { ground, stretch, name } = data;
  const [low, high] = stretch;
  const at = (/** @type {number} */ i) => low + ((high - low) * i) / SAMPLES;
  const heights = data.heights ?? Float64Array.from({ length: SAMPLES + 1 }, (_, i) => ground.value([at(i)]));
  const labels = data.labels ?? curve.labelsOf(name);
  const track = makeTrack(el, curve.range(heights, 0), labels.height);
  const box = element('div', {});
  el.append(box);
  const upper = curve.make(box, { ...data, heights, labels }, { ...opts, tall: 0.4 });
  const speed = makeSpeed(el, speeds(), data, labels, opts);

  /** The slope all along: by the tape, or by differences of the heights where there is none. */
  function speeds() {
    const apart = (high - low) / (heights.length - 1);
    return Float64Array.from({ length: heights.length }, (_, i) => {
      if (ground.taped) return ground.at([low + i * apart]).g[0];
      const [a, b] = [Math.max(0, i - 1), Math.min(heights.length - 1, i + 1)];
      return (heights[b] - heights[a]) / ((b - a) * apart);
    });
  }

  return {
    update(seen) {
      upper.update(seen);
      const veiled = seen.hidden && data.shows.has('veil');
      track.update(seen.numbers.f, seen.numbers.slope, veiled);
      speed.update(seen.x[0], seen.numbers.slope, veiled);
    },
    render() {
      for (const one of [upper, track, speed]) one.render();
    },
    dispose() {
      for (const one of [upper, track, speed]) one.dispose();
      box.remove();
    },
  };
}
