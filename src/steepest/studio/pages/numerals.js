// Numbers as they are read and written.

const MINUS = '−';

/**
 * A number with so many decimals, a real minus sign, and no minus before zero.
 * @param {number} value
 * @param {number} [decimals]
 */
export function fixed(value, decimals = 2) {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : `${MINUS}∞`;
  const size = Math.abs(value);
  if (size >= 1e7) return scientific(value, 3);
  const text = size.toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/**
 * A number with about so many significant digits, in as few letters as they need.
 * @param {number} value
 * @param {number} [digits]
 */
export function short(value, digits = 4) {
  if (!Number.isFinite(value)) return fixed(value);
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return scientific(value, digits);
  return String(Number(value.toPrecision(digits))).replace('-', MINUS);
}

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/**
 * @param {number} value
 * @param {number} digits
 */
function scientific(value, digits) {
  const [mantissa, power] = value.toExponential(digits - 1).split('e');
  const raised = [...String(Math.abs(Number(power)))].map((d) => RAISED[Number(d)]).join('');
  return `${String(Number(mantissa)).replace('-', MINUS)}·10${Number(power) < 0 ? '⁻' : ''}${raised}`;
}

/** All digits, as Python writes them. @param {number} value */
export function full(value) {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const text = String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    // Python turns to powers of ten at other places than JavaScript, and writes two digits of them.
    const [mantissa, power] = value.toExponential().split('e');
    return `${mantissa}e${power[0]}${power.slice(1).padStart(2, '0')}`;
  }
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** The largest power of ten that divides a span into at least 400 parts. @param {number} span */
export const grain = (span) => 10 ** Math.floor(Math.log10(span / 400) + 1e-9);

/**
 * A round step (1, 2 or 5 times a power of ten) of about this length.
 * @param {number} wanted
 */
export function round(wanted) {
  const power = 10 ** Math.floor(Math.log10(wanted));
  const share = wanted / power;
  return power * (share < 1.5 ? 1 : share < 3.2 ? 2 : share < 7.1 ? 5 : 10);
}

/**
 * The multiple of a grain nearest to a value, as the shortest number that means it.
 * @param {number} value
 * @param {number} step
 */
export function snapped(value, step) {
  const places = Math.max(0, Math.round(-Math.log10(step)) + 1);
  return Number((Math.round(value / step) * step).toFixed(Math.min(places, 12))) + 0;
}

/**
 * Round places between two ends, for the marks of an axis.
 * @param {number} low
 * @param {number} high
 * @param {number} about
 */
export function marks(low, high, about) {
  const step = round((high - low) / about);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(snapped(k * step, step));
  return found;
}
