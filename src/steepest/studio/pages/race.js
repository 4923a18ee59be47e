// Two walks side by side, by any two methods: whatever methods, settings and verdicts the engine
// has appear here as it tells them.

import { element, show, write } from './element.js';
import { TEXT } from './strings.js';
import { makeVerdict } from './verdict.js';
import * as strip from './view/strip.js';
import { Superseded } from './wire.js';

/**
 * @param {object} given
 * @param {ReturnType<typeof import('./wire.js').connect>} given.wire
 * @param {() => {of: any, x: number[]}} given.where
 * @param {() => void} given.changed
 */
export async function makeRace({ wire, where, changed }) {
  const { methods } = await wire.ask('methods');
  const lanes = ['first', 'second'].map((kind, lane) => makeLane(kind, lane));
  const steps = element('input', { type: 'number', min: 1, max: 200000, step: 1, value: 200, 'aria-label': TEXT.stepsOf });
  const go = element('button', { type: 'button', class: 'main', 'data-action': 'walk', onclick: start }, TEXT.walk);
  const halt = element('button', { type: 'button', onclick: () => wire.stop() }, TEXT.stop);
  halt.hidden = true;
  const box = element('div', { class: 'view' });
  const losses = strip.make(box);
  box.hidden = true;
  const el = element('section', { class: 'card race' }, element('h2', {}, TEXT.race),
    element('div', { class: 'row wrap' }, element('label', { class: 'row' }, TEXT.atMost, steps, TEXT.stepsWord), go, halt), element('div', { class: 'lanes' }, ...lanes.map((l) => l.el)), box);

  /**
   * @param {string} kind
   * @param {number} lane
   */
  function makeLane(kind, lane) {
    const options = methods.map((/** @type {any} */ m) => element('option', { value: m.name }, m.name));
    const none = lane ? [element('option', { value: '' }, TEXT.noSecond)] : [];
    const choice = element('select', { 'aria-label': TEXT.method(lane + 1), onchange: fields }, ...none, ...options);
    const settings = element('div', { class: 'row wrap settings' });
    const line = element('p', {});
    const verdict = makeVerdict();
    const said = element('div', { class: 'said', role: 'status' }, line, verdict.el);
    said.hidden = true;
    const rule = element('p', { class: 'hint maths' });
    /** @type {number | null} */
    let rate = null;
    /** @type {{points: number[][], values: ArrayLike<number>, t: ArrayLike<number>, kind: string} | null} */
    let found = null;
    function fields() {
      const method = methods.find((/** @type {any} */ m) => m.name === choice.value);
      write(rule, method?.formula ?? '');
      settings.replaceChildren(...(method?.settings ?? []).map((/** @type {any} */ s) =>
        element('label', { class: 'setting' }, s.name, element('input', { type: 'number', step: 'any', name: s.name, value: s.name === 'rate' && rate !== null ? rate : s.value }))));
    }
    fields();
    return {
      el: element('div', { class: `lane ${kind}` }, element('div', { class: 'row' }, element('span', { class: `swatch ${kind}` }), choice), rule, settings, said),
      get found() {
        return found;
      },
      /** @param {number | null} [suggested]  a rate that suits the ground */
      clear(suggested) {
        found = null;
        show(said, false);
        if (suggested === undefined || suggested === rate) return;
        rate = suggested;
        fields();
      },
      async walk() {
        if (!choice.value) return this.clear();
        const given = Object.fromEntries([...settings.querySelectorAll('input')].map((i) => [i.name, Number(i.value)]));
        said.classList.remove('wrong');
        verdict.update(null);
        write(line, TEXT.walking(0, NaN));
        show(said, true);
        try {
          const told = await wire.ask('walk', { ...where(), lane, method: choice.value, settings: given, steps: Number(steps.value) }, ({ step, value }) => write(line, TEXT.walking(step, Number(value))));
          const [rows, columns] = told.arrays.path.shape;
          const points = Array.from({ length: rows }, (_, i) => Array.from(told.arrays.path.subarray(i * columns, (i + 1) * columns)));
          found = { points: /** @type {number[][]} */ (points), values: told.arrays.values, t: told.arrays.t, kind };
          write(line, TEXT.walked(told.steps, told.evaluations, Number(told.last.value)));
          verdict.update(told.verdict);
        } catch (error) {
          if (error instanceof Superseded) return;
          found = null;
          said.classList.add('wrong');
          write(line, /** @type {Error} */ (error).message);
        }
      },
    };
  }

  async function start() {
    show(halt, true);
    await Promise.all(lanes.map((lane) => lane.walk()));
    show(halt, false);
    const all = paths();
    show(box, all.length > 0);
    losses.update(all);
    changed();
  }

  const paths = () => lanes.flatMap((lane) => (lane.found ? [lane.found] : []));
  return {
    el,
    start,
    paths,
    /** @param {number | null} suggested */
    clear(suggested) {
      lanes.forEach((lane) => lane.clear(suggested));
      show(box, false);
    },
  };
}
