// A function as the views see it: value and gradient at a point, by its tape while something
// moves. Where there is no tape (a measured mountain, code with branches) the engine is asked, and
// what it last said stands until it has answered.

import { programOf } from './tape.js';

/**
 * @typedef {{x: number[], f: number, g: number[], fresh: boolean}} Reading
 * @typedef {object} Ground
 * @property {Record<string, any>} named       how requests name the function
 * @property {Record<string, any>} described   what the engine says of it
 * @property {string[]} variables
 * @property {boolean} taped                   whether readings are at once
 * @property {(x: number[]) => Reading} at
 * @property {(x: number[]) => number} value   NaN where it would have to be asked for
 * @property {(x: number[]) => Promise<any>} told   what the engine says at a point
 */

/**
 * @param {Record<string, any>} named
 * @param {Record<string, any>} described
 * @param {{ask: (what: string, question: any) => Promise<any>}} wire
 * @param {() => void} news  called when the engine has answered
 * @returns {Ground}
 */
export function makeGround(named, described, wire, news) {
  const { variables, tape } = described;
  const common = { named, described, variables, taped: Boolean(tape) };
  if (tape) {
    const run = programOf(tape);
    return {
      ...common,
      at(x) {
        const found = run(x);
        return { x, f: found[0], g: Array.from(found.subarray(1)), fresh: true };
      },
      value: (x) => run(x)[0],
      told: (x) => wire.ask('at', { of: named, x }),
    };
  }
  /** @type {Reading} */
  let last = { x: [], f: NaN, g: variables.map(() => NaN), fresh: false };
  /** @type {{key: string, answer: Promise<any>} | null} */
  let asked = null;

  /**
   * The engine is asked once for a point, whoever wants it: of two questions that wait, it would give
   * up the first.
   * @param {number[]} x
   */
  function told(x) {
    const key = x.join();
    if (asked?.key === key) return asked.answer;
    const one = { key, answer: wire.ask('at', { of: named, x: [...x] }) };
    asked = one;
    one.answer.then(
      (answer) => {
        last = { x: [...x], f: number(answer.value), g: answer.gradient.map(number), fresh: true };
        news();
      },
      () => {
        if (asked === one) asked = null; // given up for a later question: whoever still needs it asks again
      },
    );
    return one.answer;
  }

  return {
    ...common,
    at(x) {
      if (last.x.join() === x.join()) return last;
      told(x);
      return { ...last, x, fresh: false };
    },
    value: () => NaN,
    told,
  };
}

/** A number as the wire has it: what is not finite comes as its name. @param {any} v */
export const number = (v) => (typeof v === 'number' ? v : v === 'inf' ? Infinity : v === '-inf' ? -Infinity : NaN);
