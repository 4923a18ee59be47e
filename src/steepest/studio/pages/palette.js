// Colours. The terrain is blue to yellow, low to high, its luminance rising all the way; green and
// red are kept for what they mean: downhill and uphill. Everything else is a variable of style.css.

/** @type {[at: number, colour: string][]} */
export const TERRAIN = [
  [0, '#2a567f'], [0.16, '#4679a0'], [0.32, '#7aa0b4'], [0.48, '#aebfb8'],
  [0.64, '#d6cba6'], [0.8, '#ecd9aa'], [0.92, '#f7ebca'], [1, '#fffbee'],
];

/**
 * Red, green and blue, 0 to 255, of a colour written #rrggbb.
 * @param {string} colour
 * @returns {[number, number, number]}
 */
export const parts = (colour) => /** @type {any} */ ([1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16)));

/**
 * The colour of a height, `share` of the way from the lowest to the highest.
 * @param {number} share
 * @returns {[number, number, number]}
 */
export function tint(share) {
  const t = Math.min(1, Math.max(0, share));
  let k = 1;
  while (k < TERRAIN.length - 1 && t > TERRAIN[k][0]) k++;
  const [below, above] = [TERRAIN[k - 1], TERRAIN[k]];
  const part = (t - below[0]) / (above[0] - below[0]);
  const [p, q] = [parts(below[1]), parts(above[1])];
  return /** @type {any} */ (p.map((v, i) => v + (q[i] - v) * part));
}

/** A variable of the style sheet, as the theme has it now. @param {string} name */
export const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** @returns {boolean} */
export const dark = () => token('theme') === 'dark';
