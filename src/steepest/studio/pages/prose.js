// A lesson's text: **bold**, *italic*, $LaTeX$, [words](tone), and live numbers in double braces.
// The elements are made once; while a point moves only the text of the numbers changes.

import { element, write } from './element.js';
import { typeset } from './math.js';
import { fixed, full } from './numerals.js';
import { programOf } from './tape.js';

/**
 * @typedef {import('./tape.js').Tape} Tape
 * @typedef {{numbers: Record<string, number>, words: Record<string, string | number[]>}} Live
 * @typedef {{el: HTMLElement, update: (live: Live) => void}} Prose
 * @typedef {(source: string, numbers: Record<string, number>) => number} Evaluate
 */

const TONES = new Set(['north', 'east', 'down', 'up', 'ink', 'muted']);
const PIECES = /\*\*(.+?)\*\*|\*(.+?)\*|\$(.+?)\$|\[((?:[^[\]]|\{\{.*?\}\})+)\]\((\w+)\)|\{\{(.+?)(?::([0-9]|r|000))?\}\}/g;

/**
 * Run the formulas of a lesson, which the engine turned into tapes.
 * @param {Record<string, Tape>} tapes
 * @returns {Evaluate}
 */
export function evaluator(tapes) {
  const programs = new Map(Object.entries(tapes).map(([source, tape]) => [source, { run: programOf(tape), names: tape.inputs }]));
  return (source, numbers) => {
    const known = programs.get(source);
    if (!known) return NaN;
    return known.run(known.names.map((name) => numbers[name] ?? NaN))[0];
  };
}

/**
 * A number in the way that a lesson asks for: decimals, `r` for all digits.
 * @param {number} value
 * @param {string} [format]
 */
export const formatted = (value, format = '2') => (format === 'r' ? full(value) : fixed(value, Number(format)));

/**
 * Text with live numbers, as an element.
 * @param {string} text
 * @param {Evaluate} evaluate
 * @param {string} [tag]
 * @param {Record<string, any>} [traits]
 * @returns {Prose}
 */
export function prose(text, evaluate, tag = 'p', traits = {}) {
  /** @type {((live: Live) => void)[]} */
  const moving = [];
  const el = element(tag, traits, ...pieces(text, evaluate, moving));
  return { el, update: (live) => moving.forEach((move) => move(live)) };
}

/**
 * @param {string} text
 * @param {Evaluate} evaluate
 * @param {((live: Live) => void)[]} moving
 * @returns {Node[]}
 */
function pieces(text, evaluate, moving) {
  /** @type {Node[]} */
  const found = [];
  let from = 0;
  const inside = (/** @type {string} */ t) => pieces(t, evaluate, moving);
  for (const match of text.matchAll(PIECES)) {
    const [whole, bold, italic, latex, toned, tone, source, format] = match;
    if (match.index > from) found.push(document.createTextNode(text.slice(from, match.index)));
    from = match.index + whole.length;
    if (bold) found.push(element('b', {}, ...inside(bold)));
    else if (italic) found.push(element(italic.length > 1 ? 'em' : 'i', {}, ...inside(italic))); // one letter is a variable
    else if (latex) found.push(typeset(element('span'), latex));
    else if (toned) found.push(element('b', { class: TONES.has(tone) ? `tone-${tone}` : '' }, ...inside(toned)));
    else {
      const place = element('span', { class: 'live' });
      moving.push((live) => write(place, filledIn(source, format, evaluate, live)));
      found.push(place);
    }
  }
  if (from < text.length) found.push(document.createTextNode(text.slice(from)));
  return found;
}

/**
 * The same as plain text, for code.
 * @param {string} text
 * @param {Evaluate} evaluate
 * @param {Live} live
 */
export function filled(text, evaluate, live) {
  return text.replace(/\{\{(.+?)(?::([0-9]|r|000))?\}\}/g, (_, source, format) => filledIn(source, format, evaluate, live));
}

/**
 * What stands in braces: a word, a list of numbers, or a formula's value.
 * @param {string} source
 * @param {string | undefined} format
 * @param {Evaluate} evaluate
 * @param {Live} live
 */
function filledIn(source, format, evaluate, { numbers, words }) {
  if (!(source in words)) return formatted(evaluate(source, numbers), format);
  const found = words[source];
  return typeof found === 'string' ? found : found.map((v) => formatted(v, format)).join(', ');
}
