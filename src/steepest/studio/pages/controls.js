// What is set beside the point: sliders with a number, and the buttons.

import { element, write } from './element.js';
import { fixed } from './numerals.js';
import { TEXT } from './strings.js';

/**
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('./store.js').State} State
 */

/** @type {Record<string, [low: number, high: number, step: number]>} */
export const RANGES = { rate: [0.01, 1.5, 0.01], h: [0.001, 2, 0.001], heading: [0, 359, 1] };

/**
 * Sliders for some of rate, h and heading.
 * @param {string[]} names
 * @param {Record<string, [number, number, number]>} ranges
 * @param {Store} store
 */
export function makeControls(names, ranges, store) {
  const rows = names.map((name) => {
    const key = /** @type {'rate' | 'h' | 'heading'} */ (name);
    const [low, high, step] = ranges[name] ?? RANGES[name];
    const shown = element('output', {});
    const box = element('input', { type: 'range', min: low, max: high, step, 'aria-label': TEXT.controls[key],
      onpointerdown: () => store.mark(), oninput: () => store.set({ [key]: Number(box.value) }) });
    box.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
      if (event.key.startsWith('Arrow')) store.mark();
    });
    const decimals = Math.max(0, Math.ceil(-Math.log10(step)));
    const el = element('label', { class: 'control' }, element('span', {}, TEXT.controls[key]), box, shown);
    const update = (/** @type {State} */ state) => {
      if (Number(box.value) !== state[key]) box.value = String(state[key]);
      const text = name === 'heading' ? `${fixed(state[key], 0)}°` : fixed(state[key], decimals);
      box.setAttribute('aria-valuetext', text);
      write(shown, text);
    };
    return { el, update };
  });
  return {
    el: element('div', { class: 'controls' }, ...rows.map((r) => r.el)),
    /** @param {State} state */
    update: (state) => rows.forEach((r) => r.update(state)),
    /**
     * One step of a control up or down, from the keyboard.
     * @param {'rate'} name
     * @param {number} way
     */
    nudge(name, way) {
      if (!names.includes(name)) return;
      const [low, high, step] = ranges[name] ?? RANGES[name];
      store.mark();
      store.set({ [name]: Number(Math.min(high, Math.max(low, store.state[name] + way * 10 * step)).toPrecision(10)) });
    },
  };
}

/**
 * A row of buttons.
 * @param {{name: string, main?: boolean, act: () => void}[]} actions
 */
export function makeButtons(actions) {
  const buttons = actions.map(({ name, main, act }) =>
    element('button', { type: 'button', class: main ? 'main' : '', 'data-action': name, onclick: act },
      TEXT.actions[/** @type {keyof typeof TEXT.actions} */ (name)]));
  return element('div', { class: 'row wrap actions' }, ...buttons);
}
