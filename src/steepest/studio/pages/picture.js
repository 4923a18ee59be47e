// The pictures of a page: which views there are, and the land they show.

import { element, show, write } from './element.js';
import { TEXT } from './strings.js';
import * as curve from './view/curve.js';
import * as map from './view/map.js';
import * as mountain from './view/mountain.js';
import * as profiles from './view/profiles.js';
import * as runner from './view/runner.js';

/**
 * @typedef {import('./ground.js').Ground} Ground
 * @typedef {object} Land   heights over a rectangle, rows upwards
 * @property {any} heights  with `shape` [rows, columns]
 * @property {number[]} right
 * @property {number[]} up
 * @property {number} low
 * @property {number} high
 * @property {number[]} order  the places of the variables that go right and up
 * @property {string[]} names  of these two
 */

export const SIDE = 192; // points along one side of a picture
const LINES = new Set(['curve', 'runner']); // views of one variable

/**
 * @param {Ground} ground
 * @param {number[][]} stretches
 * @param {any} wire
 * @param {number} [count]
 * @returns {Promise<Land>}
 */
export async function landOf(ground, stretches, wire, count = SIDE) {
  const told = await wire.ask('grid', { of: ground.named, stretches, count });
  const [right, up] = told.order;
  return {
    heights: told.arrays.heights, low: told.low, high: told.high, order: told.order,
    right: stretches[right], up: stretches[up], names: [ground.variables[right], ground.variables[up]],
  };
}

/**
 * Views for a lesson: one to the left, and of two the second to the right.
 * @param {object} given
 * @param {any} given.picture
 * @param {any} given.wire
 * @param {number[][]} given.stretches
 * @param {(x: number[]) => void} given.onmove
 * @param {() => void} given.ongrab
 * @param {() => void} given.onrest
 * @param {(degrees: number) => void} given.onguess
 */
export function makePicture({ picture, wire, stretches, onmove, ongrab, onrest, onguess }) {
  const shows = new Set(/** @type {string[]} */ (picture.shows));
  const makers = { curve, map, mountain, profiles, runner };
  const names = /** @type {(keyof typeof makers)[]} */ (picture.views);
  const boxes = names.map((name) => element('div', { class: `view ${name}` }));
  const hints = names.map(() => element('p', { class: 'hint' }));
  const sides = names.map((_, i) => element('figure', {}, boxes[i], hints[i]));
  /** @type {any[]} */
  let views = [];
  /** @type {any} */
  let last = null;
  return {
    first: sides[0],
    second: sides[1] ?? null,
    /** Show another function. @param {Ground} ground */
    async look(ground) {
      const single = ground.variables.length === 1;
      const land = single ? null : await landOf(ground, stretches, wire);
      const heights = single && !ground.taped ? (await wire.ask('grid', { of: ground.named, stretches, count: 481 })).arrays.heights : undefined;
      views.forEach((view) => view.dispose());
      views = names.map((name, i) => {
        if (single && !LINES.has(name)) return null;
        const data = single ? { ground, stretch: stretches[0], heights, name: ground.variables[0], shows, labels: picture.labels } : { ground, land, shows, units: picture.unit ?? '' };
        const label = single ? TEXT.aCurve : TEXT.aMap;
        const made = /** @type {any} */ (makers[name]).make(boxes[i], /** @type {any} */ (data), { label, onmove, ongrab, onrest, onguess });
        show(boxes[i], Boolean(made));
        write(hints[i], made ? (name === 'mountain' ? TEXT.hint.mountain(made.scale) : TEXT.hint[name]) : TEXT.noMountain);
        return made;
      }).filter(Boolean);
      if (last) views.forEach((view) => view.update(last));
    },
    /** @param {any} seen */
    update(seen) {
      last = seen;
      views.forEach((view) => view.update(seen));
    },
    render: () => views.forEach((view) => view.render()),
    dispose: () => views.forEach((view) => view.dispose()),
  };
}
