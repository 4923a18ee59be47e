// Every sentence of the pages that is not part of a lesson.

import { fixed, short } from './numerals.js';

export const TEXT = {
  brand: 'steepest',
  skip: 'Skip to the content',
  lessons: 'Lessons',
  free: 'Free exploration',
  home: 'All lessons',
  theme: 'Colours: as the system has them, light, or dark',
  steps: { predict: 'Predict', try: 'Try', explain: 'Explain', own: 'Your own' },
  stepsLabel: 'Parts of the lesson',
  lesson: (/** @type {number} */ n, /** @type {string} */ kicker) => `Lesson ${n} · ${kicker}`,
  predicted: 'That way',
  again: 'Predict again',
  goOn: 'Go on: try it',
  task: 'Done',
  open: 'To do',
  another: 'Back to the lesson’s function',
  take: 'Take it',
  yourArrow: 'your arrow, degrees clockwise from north',
  yourFunction: 'Your function',
  reading: 'Reading it …',
  formula: 'Formula',
  numbers: 'Numbers plugged in',
  python: 'Python, the same digits',
  copy: 'Copy',
  copied: 'Copied',
  digits: 'All digits',
  exercise: 'Exercise',
  answer: 'Your answer',
  check: 'Check',
  iterates: 'The walk, step by step',
  columns: { step: 'step', value: 'f', slope: 'slope ∂f', move: 'move', next: 'next', variable: 'variable', value_: 'stands at', step_: 'step −α·∂f' },
  actions: { step: 'Step', run: 'Run 10', mirror: 'Other side of the minimum', undo: 'Undo', play: 'Let time run' },
  controls: { rate: 'learning rate α', h: 'gap h', heading: 'heading of the walker' },
  spoken: 'What a screen reader hears',
  keys: 'Keys',
  keyList: [
    ['← → ↑ ↓', 'move the point; with Shift five times as far'],
    ['Enter', 'take a step'],
    ['Space', 'run ten steps, or let time run; again: stop'],
    ['Backspace', 'undo'],
    ['[ ]', 'a smaller or a larger α'],
    ['?', 'this list'],
  ],
  close: 'Close',
  ways: ['N', 'E', 'S', 'W'],
  left: 'Turn the mountain to the left',
  right: 'Turn the mountain to the right',
  noMountain: 'This browser draws no 3-D pictures here (no WebGL 2). The map shows everything that the mountain would.',
  lost: 'The engine cannot be reached. Is `steepest studio` still running? Trying again …',
  loading: 'One moment …',
  noLesson: 'There is no lesson of that name.',
  hint: {
    curve: 'Drag the white point, or use the arrow keys.',
    runner: 'Drag the white point, or anywhere below it; or use the arrow keys.',
    profiles: 'Drag a white point: it moves along its own cut.',
    map: 'Drag the white point, or walk with the arrow keys.',
    mountain: (/** @type {string} */ scale) => `${scale}. Drag the point to walk, the mountain to turn it.`,
  },
  scale: (/** @type {number} */ times) => (Math.abs(times - 1) < 0.05 ? 'Height to scale' : `Height drawn ×${short(times, 2)}`),
  cut: (/** @type {string} */ along, /** @type {string} */ held, /** @type {string} */ at) => `Along ${along}, while ${held} stays at ${at}`,
  cutLabel: (/** @type {string} */ name) => `the land cut along ${name}`,
  slope: (/** @type {string} */ v) => `slope ${v}`,
  height: (/** @type {string} */ v) => `height ${v}`,
  speed: (/** @type {string} */ name, /** @type {string} */ at, /** @type {string} */ v) => `The derivative over ${name}. At ${name} = ${at} its height is ${v}, the slope of the tangent above.`,
  speedVeiled: 'Here its speed will stand, once you have predicted.',
  aCurve: 'a curve with a movable point',
  aMap: 'a map with a movable point',
  lookedAt: (/** @type {string} */ name, /** @type {string[]} */ variables) => `${name}(${variables.join(', ')}), or write a formula`,
  legend: { down: '−∇f, steepest descent', up: '∇f' },
  logarithm: 'height as a logarithm',
  variables: 'Every variable by itself',
  toRight: 'to the right',
  upwards: 'upwards',
  together: 'together',
  valueIs: (/** @type {string} */ v) => `f = ${v}`,
  length: (/** @type {string} */ v, /** @type {boolean} */ step = false) => (step ? `α‖∇f‖ = ${v}` : `‖∇f‖ = ${v}`),
  along: (/** @type {string} */ name, /** @type {string} */ v, /** @type {string} */ slope) => `${name} = ${v}; the slope along it is ${slope}`,
  slice: (/** @type {string} */ held) => `A slice, where ${held}. Arrow and path are what can be seen of them in it.`,
  tooFew: (/** @type {string[]} */ names) => `This formula has ${names.length ? `one variable, ${names[0]}` : 'no variable'}, and this lesson is about two and more: write something such as x^2 + y^2 + z^2.`,
  stripEmpty: 'Here f will stand, after every step.',
  strip: 'the value after every step',
  steps_: (/** @type {number} */ n) => `${n} ${n === 1 ? 'step' : 'steps'}`,
  scaleFree: 'Height not to scale',
  flat: 'Flat ground: no direction is the steepest.',
  beyond: (/** @type {string} */ name, /** @type {number} */ v) => `${name} = ${short(v)}, beyond the picture`,
  engine: 'If the walk goes on like this, says the engine',
  walking: (/** @type {number} */ n, /** @type {number} */ f) => (n ? `step ${n}, f = ${short(f, 6)}` : 'Walking …'),
  walked: (/** @type {number} */ n, /** @type {number} */ evaluations, /** @type {number} */ f) => `${n} ${n === 1 ? 'step' : 'steps'}, ${evaluations} evaluations, f = ${short(f, 6)}`,
  evidence: 'The numbers behind it',
  starts: (/** @type {number} */ side) => `${(side * side).toLocaleString('en')} starts so far …`,
  startsDone: (/** @type {number} */ side, /** @type {boolean} */ early) => `${(side * side).toLocaleString('en')} starts${early ? '; it was stopped before it got finer' : ''}.`,
  stop: 'Stop',
  welcome: 'Stand on the mountain',
  about: 'From the speed of a runner to the way down a valley: slopes, seen and touched, on functions of your own. Every number comes from the same engine that you use in Python.',
  mine: 'Open my own function',
  freeTitle: 'What does your function look like?',
  ownFormula: 'the formula it was started with',
  mountain: 'a real mountain',
  measured: 'measured heights, smoothed over 250 m: Cross Mountain, Tennessee',
  numerical: 'slopes by differences: this code could not be followed exactly',
  here: 'At this point',
  basins: 'Where do walks from everywhere end?',
  basinsTitle: 'Basins',
  looking: 'Walking from everywhere …',
  basin: (/** @type {number} */ k, /** @type {number} */ share, /** @type {number} */ value, /** @type {string} */ where) => `${k}: ${fixed(100 * share, 1)} % end at ${where}, where f = ${short(value)}`,
  lostShare: (/** @type {number} */ share) => `${fixed(100 * share, 1)} % reach no minimum here`,
  end: (/** @type {string} */ name, /** @type {boolean} */ last) => `${last ? 'largest' : 'smallest'} ${name} of the picture`,
  race: 'Walk down from here',
  walk: 'Walk',
  atMost: 'at most',
  stepsWord: 'steps',
  stepsOf: 'at most so many steps',
  method: (/** @type {number} */ k) => `method of walk ${k}`,
  noSecond: 'no second walk',
};

/**
 * What a screen reader says of a point on a curve.
 * @param {string} name
 * @param {Record<string, number>} q
 * @param {{slope: boolean, step: boolean}} told  whether slope and step are told; some are to be predicted
 */
export function sayCurve(name, q, told) {
  const way = q.slope > 0 ? 'up' : 'down';
  const slope = !told.slope ? '' : q.slope === 0 ? ' The curve is level.' : ` Slope ${fixed(q.slope)}: the curve goes ${way} to the right.`;
  const next = q[`next_${name}`];
  const side = next > q[name] ? 'right' : 'left';
  const step = !told.step || q.slope === 0 ? '' : ` A step goes ${side}, to ${name} = ${fixed(next)}, where the value is ${fixed(q.next_f)}.`;
  return `${name} = ${fixed(q[name])}, the value is ${fixed(q.f)}.${slope}${step}`;
}

/**
 * What a screen reader says of a point on a map.
 * @param {string[]} names
 * @param {Record<string, number>} q
 * @param {string} compass  '' where there are no compass directions
 * @param {{value: string, along: string, hidden: boolean}} how  units, and whether the arrow is to be predicted
 */
export function sayMap(names, q, compass, { value, along, hidden }) {
  const where = names.map((v) => `${v} = ${short(q[v])}`).join(', ');
  const unit = value ? ` ${value}` : '';
  const height = `${compass ? 'Elevation' : 'Value'} ${short(q.f)}${unit} at ${where}.`;
  if (hidden) return height;
  if (!(q.magnitude > 0)) return `${height} ${TEXT.flat}`;
  const per = along ? ` per ${along}` : '';
  const way = compass ? `${compass}, bearing ${fixed(q.bearing, 0)} degrees, ` : '';
  return `${height} Steepest descent: ${way}dropping ${short(q.magnitude)}${unit}${per}.`;
}
