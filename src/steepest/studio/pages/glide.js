// A step takes a moment on the page: the point goes along the arrow, and the picture follows it.
// Where the reader wants no motion, it is there at once.

/** Whether the reader's system asks for no motion. */
export const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/**
 * @typedef {{x: number[], to: number[], share: number}} Gliding   from x to `to`, 0 to 1 of the way
 */

/** One glide at a time; whoever draws asks for `now`, frame by frame. */
export function makeGlide() {
  /** @type {number[]} */
  let x = [];
  /** @type {number[]} */
  let to = [];
  let begun = 0;
  let lasts = 0;
  return {
    /**
     * @param {number[]} from
     * @param {number[]} next
     * @param {number} milliseconds
     */
    begin(from, next, milliseconds) {
      [x, to, begun, lasts] = [from, next, performance.now(), still() ? 0 : milliseconds];
    },
    end() {
      lasts = 0;
    },
    /** @returns {Gliding | null} */
    get now() {
      const part = lasts ? (performance.now() - begun) / lasts : 1;
      if (part >= 1) {
        lasts = 0;
        return null;
      }
      return { x, to, share: 1 - (1 - part) ** 2 };
    },
  };
}
