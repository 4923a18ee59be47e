// What the reader has done, in one place: it makes the link, and can be undone.

/**
 * @typedef {object} State
 * @property {number[]} x         the point
 * @property {number[][]} trail   the points of the walk before it, the start first
 * @property {number} rate
 * @property {number} h           the gap of a secant
 * @property {number} heading     of the walker, in degrees
 * @property {string} tab         predict, try, explain or own
 * @property {number | null} guess   the choice, or the bearing of the arrow, that was predicted
 * @property {boolean} told       whether the prediction was made
 * @property {string} f           the reader's own formula; '' for the lesson's
 * @property {number[]} done      which of the tasks were fulfilled
 * @property {number[]} pair      of many variables, the places of the two that are drawn
 */

const KEPT = 100; // states that can be gone back to
const SHARED = 60; // points of a walk in a link

/** @param {string} text */
const numbers = (text) => text.split(',').map(Number);

/** @type {Record<string, [write: (v: any) => string, read: (t: string) => any]>} */
const CODE = {
  x: [(v) => v.join(','), numbers],
  trail: [(v) => v.slice(-SHARED).map((/** @type {number[]} */ p) => p.join(',')).join(';'), (t) => t.split(';').map(numbers)],
  rate: [String, Number],
  h: [String, Number],
  heading: [String, Number],
  tab: [String, String],
  guess: [String, Number],
  told: [(v) => (v ? '1' : ''), Boolean],
  f: [String, String],
  done: [(v) => v.join(','), numbers],
  pair: [(v) => v.join(','), numbers],
};

/**
 * The part of the address behind #, for what differs from the beginning.
 * @param {State} state
 * @param {State} first
 */
export function linkOf(state, first) {
  const parts = new URLSearchParams();
  for (const key of /** @type {(keyof State)[]} */ (Object.keys(CODE))) {
    const [write] = CODE[key];
    const value = state[key];
    if (value !== null && JSON.stringify(value) !== JSON.stringify(first[key])) parts.set(key, write(value));
  }
  return parts.toString();
}

/**
 * What an address says; what makes no sense in it is left out.
 * @param {string} link
 * @param {State} first
 * @returns {State}
 */
export function stateOf(link, first) {
  /** @type {any} */
  const state = { ...first };
  for (const [key, text] of new URLSearchParams(link)) {
    if (!(key in CODE)) continue;
    const value = CODE[key][1](text);
    const good = Array.isArray(value) ? value.flat().every(Number.isFinite) : typeof value !== 'number' || Number.isFinite(value);
    if (good) state[key] = value;
  }
  if (!state.f && state.x.length !== first.x.length) state.x = first.x; // a formula of one's own may have more
  const size = state.x.length;
  if (!(new Set(state.pair).size === 2 && state.pair.every((/** @type {number} */ i) => Number.isInteger(i) && i >= 0 && i < size))) state.pair = first.pair;
  if (!state.trail.every((/** @type {number[]} */ p) => p.length === size)) state.trail = [];
  return state;
}

/**
 * @param {State} first
 * @param {string} link  what the address says
 */
export function makeStore(first, link) {
  let state = stateOf(link, first);
  /** @type {State[]} */
  const past = [];
  /** @type {((s: State) => void)[]} */
  const listeners = [];
  const tell = () => listeners.forEach((listener) => listener(state));
  return {
    get state() {
      return state;
    },
    get undoable() {
      return past.length > 0;
    },
    /** @param {(s: State) => void} listener */
    subscribe(listener) {
      listeners.push(listener);
    },
    /** Remember this state, so that undo comes back to it. */
    mark() {
      if (past.at(-1) !== state) past.push(state);
      if (past.length > KEPT) past.shift();
    },
    /** @param {Partial<State>} change */
    set(change) {
      state = { ...state, ...change };
      tell();
    },
    undo() {
      const before = past.pop();
      if (before) {
        state = { ...before, tab: state.tab };
        tell();
      }
      return Boolean(before);
    },
    link: () => linkOf(state, first),
  };
}

/** @typedef {ReturnType<typeof makeStore>} Store */
