// Runs a tape (steepest.studio.tape): straight-line code on numbers, in float64.
//
// The operations and their names are those of the engine's machine code; what each row of the
// engine does with them is in the tape. Fixtures written by the engine hold these functions to its
// values (tests/studio).

/**
 * @typedef {{inputs: string[], code: any[][], outputs: number[]}} Tape
 * @typedef {(x: ArrayLike<number>) => Float64Array} Program  outputs; the array is used again
 */

const SQRT_PI = Math.sqrt(Math.PI);

/**
 * erfc(x) for x ≥ 0.5 by its continued fraction (Abramowitz and Stegun 7.1.14), from the far end;
 * the nearer to zero, the more of it is needed.
 * @param {number} x
 */
function erfcFar(x) {
  if (x > 27) return 0;
  let tail = x;
  for (let k = Math.ceil(20 + 200 / (x * x)); k > 0; k--) tail = x + k / 2 / tail;
  return Math.exp(-x * x) / (SQRT_PI * tail);
}

/**
 * erf(x) by its series of positive terms (Abramowitz and Stegun 7.1.6): nothing cancels.
 * @param {number} x
 */
function erfNear(x) {
  let term = x;
  let sum = x;
  for (let k = 1; k < 120 && Math.abs(term) > 1e-18 * Math.abs(sum); k++) {
    term *= (2 * x * x) / (2 * k + 1);
    sum += term;
  }
  return (2 / SQRT_PI) * Math.exp(-x * x) * sum;
}

/** @param {number} x */
const erf = (x) => (Number.isNaN(x) ? x : Math.abs(x) < 2 ? erfNear(x) : x > 0 ? 1 - erfcFar(x) : erfcFar(-x) - 1);
/** @param {number} x */
const erfc = (x) => (Number.isNaN(x) ? x : x > 0.5 ? erfcFar(x) : x < -2 ? 2 - erfcFar(-x) : 1 - erfNear(x));

/** To the nearest whole number, from halfway to the even one. @param {number} x */
function rint(x) {
  const low = Math.floor(x);
  const share = x - low;
  return share < 0.5 || (share === 0.5 && low % 2 === 0) ? low : low + 1;
}

/** 2ˣ, exact for whole x: 2 ** x is not, in every browser. @param {number} x */
function exp2(x) {
  const whole = Math.floor(x);
  return Math.abs(x) < 1000 ? Math.exp((x - whole) * Math.LN2) * 2 ** whole : 2 ** x;
}

/**
 * One operation each, on up to three numbers; truth values are 1 and 0.
 * @type {Record<string, (a: number, b: number, c: number) => number>}
 */
export const OPERATIONS = {
  fadd: (a, b) => a + b,
  fsub: (a, b) => a - b,
  fmul: (a, b) => a * b,
  fdiv: (a, b) => a / b,
  fneg: (a) => -a,
  sqrt: Math.sqrt,
  fabs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  rint,
  copysign: (a, b) => (b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a)),
  olt: (a, b) => +(a < b),
  ole: (a, b) => +(a <= b),
  ogt: (a, b) => +(a > b),
  oge: (a, b) => +(a >= b),
  oeq: (a, b) => +(a === b),
  une: (a, b) => +(a !== b),
  uno: (a, b) => +(Number.isNaN(a) || Number.isNaN(b)),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  not: (a) => 1 - a,
  select: (a, b, c) => (a ? b : c),
  number: (a) => a,
  exp: Math.exp,
  exp2,
  expm1: Math.expm1,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  // C's pow, which NumPy follows: 1 to any power is 1, and −1 to an infinite one
  pow: (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b),
  cbrt: Math.cbrt,
  erf,
  erfc,
  sigmoid: (a) => (a < 0 ? Math.exp(a) / (1 + Math.exp(a)) : 1 / (1 + Math.exp(-a))),
  softplus: (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))),
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  atan2: Math.atan2,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
};

/** A constant as JSON carries it. @param {any} written */
function constant(written) {
  if (typeof written === 'number') return written;
  return written === 'inf' ? Infinity : written === '-inf' ? -Infinity : NaN;
}

/**
 * Make a tape ready to run.
 * @param {Tape} tape
 * @returns {Program}
 */
export function programOf(tape) {
  const numbers = new Float64Array(tape.code.length);
  const given = /** @type {[number, number][]} */ ([]);
  const steps = /** @type {{run: (a: number, b: number, c: number) => number, at: number, a: number, b: number, c: number}[]} */ ([]);
  tape.code.forEach(([name, a, b = 0, c = 0], at) => {
    if (name === 'input') given.push([at, a]);
    else if (name === 'constant') numbers[at] = constant(a);
    else {
      const run = OPERATIONS[name];
      if (!run) throw new TypeError(`this page cannot run ${name}`);
      steps.push({ run, at, a, b, c });
    }
  });
  const results = new Float64Array(tape.outputs.length);
  return (x) => {
    for (const [at, k] of given) numbers[at] = x[k];
    for (const s of steps) numbers[s.at] = s.run(numbers[s.a], numbers[s.b], numbers[s.c]);
    for (let i = 0; i < results.length; i++) results[i] = numbers[tape.outputs[i]];
    return results;
  };
}
