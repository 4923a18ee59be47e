// The pictures of a page: which views there are, and the land they show.

import { element, show, write } from './element.js';
import { fixed } from './numerals.js';
import { landOf } from './land.js';
import { underWay } from './settling.js';
import { TEXT } from './strings.js';
import * as curve from './view/curve.js';
import * as map from './view/map.js';
import * as mountain from './view/mountain.js';
import * as profiles from './view/profiles.js';
import * as runner from './view/runner.js';
import { Superseded } from './wire.js';

/**
 * @typedef {import('./ground.js').Ground} Ground
 * @typedef {import('./land.js').Land} Land
 *
 * @typedef {object} Shown     what is looked at
 * @property {Ground} ground
 * @property {number[][]} stretches
 * @property {number[]} pair   the places of the two variables that are drawn
 * @property {number[]} x      where the others are held
 * @property {boolean} [log]   whether heights are drawn by their logarithms
 */

const LINES = new Set(['curve', 'runner']); // views of one variable

/**
 * Where the variables that are not drawn are held, in words.
 * @param {Shown} shown
 */
const heldAt = ({ ground, pair, x }) => ground.variables.flatMap((v, i) => (pair.includes(i) ? [] : [`${v} = ${fixed(x[i])}`])).join(', ');

/**
 * What the marks of a map mean.
 * @param {string[]} names  to the right, and up
 * @param {Set<string>} shows
 */
function legendOf([right, up], shows) {
  const marks = [['down', TEXT.legend.down, true], ['up', TEXT.legend.up, shows.has('gradient')], ['north', `∂f/∂${up}`, shows.has('legs')], ['east', `∂f/∂${right}`, shows.has('legs')]];
  return marks.filter(([, , there]) => there).map(([tone, text]) => element('li', {}, element('span', { class: `key ${tone}`, 'aria-hidden': 'true' }), String(text)));
}

/**
 * Views for a page: one to the left, and of two the second to the right.
 * @param {object} given
 * @param {any} given.picture
 * @param {any} given.wire
 * @param {(x: number[]) => void} given.onmove
 * @param {() => void} given.ongrab
 * @param {() => void} given.onrest
 * @param {(degrees: number) => void} given.onguess
 */
export function makePicture({ picture, wire, onmove, ongrab, onrest, onguess }) {
  const shows = new Set(/** @type {string[]} */ (picture.shows));
  const makers = { curve, map, mountain, profiles, runner };
  const names = /** @type {(keyof typeof makers)[]} */ (picture.views);
  const boxes = names.map((name) => element('div', { class: `view ${name}` }));
  const hints = names.map(() => element('p', { class: 'hint' }));
  const legends = names.map((name) => element('ul', { class: 'legend', hidden: name !== 'map' || !shows.has('arrow') }));
  const sides = names.map((_, i) => element('figure', {}, boxes[i], hints[i], legends[i]));
  /** @type {any[]} */
  let views = [];
  /** @type {any} */
  let last = null;
  /** @type {Shown | null} */
  let shown = null;
  /** @type {Shown | null} */
  let wanted = null; // what is shown, once its land is there
  let looking = 0; // lands that are awaited
  let asked = 0;

  /**
   * Show another function, or another slice of one. What was shown stays until the other is there.
   * @param {Shown} next
   * @returns {Promise<boolean>}  false where it was given up for a later one
   */
  async function look(next) {
    looking++;
    try {
      if (!await underWay(looked(next, ++asked))) return false;
    } catch (error) {
      if (wanted === next) wanted = shown;
      if (error instanceof Superseded) return false;
      throw error;
    } finally {
      looking--;
    }
    if (last) follow();
    return true;
  }

  /**
   * @param {Shown} next
   * @param {number} number  of the question
   */
  async function looked(next, number) {
    wanted = next;
    const { ground, stretches } = next;
    const single = ground.variables.length === 1;
    const land = single ? null : await landOf(next, wire);
    const heights = single && !ground.taped ? (await wire.ask('grid', { of: ground.named, stretches, count: 481 })).arrays.heights : undefined;
    if (number !== asked) return false;
    shown = next;
    views.forEach((view) => view.dispose());
    views = names.map((name, i) => {
      if (single && !LINES.has(name)) return null;
      const data = single ? { ground, stretch: stretches[0], heights, name: ground.variables[0], shows, labels: picture.labels } : { ground, land, shows, units: picture.unit ?? '' };
      const made = /** @type {any} */ (makers[name]).make(boxes[i], /** @type {any} */ (data), { label: single ? TEXT.aCurve : TEXT.aMap, onmove, ongrab, onrest, onguess, tall: picture.tall, low: i === 2 });
      show(boxes[i], Boolean(made));
      const hint = made ? (name === 'mountain' ? TEXT.hint.mountain(made.scale) : TEXT.hint[name]) : TEXT.noMountain;
      write(hints[i], name === 'map' && ground.variables.length > 2 ? TEXT.slice(heldAt(next)) : i === 2 && !made ? '' : hint);
      if (land && !legends[i].hidden) legends[i].replaceChildren(...legendOf(land.names, shows));
      return made;
    }).filter(Boolean);
    if (last && last.x.length === ground.variables.length) views.forEach((view) => view.update(last));
    return true;
  }

  /** Cut the land anew where the point has left the slice; one cut at a time. */
  function follow() {
    if (!wanted || looking) return;
    const count = wanted.ground.variables.length;
    if (count !== last.x.length || count < 3 || heldAt(wanted) === heldAt({ ...wanted, x: last.x })) return;
    look({ ...wanted, x: last.x }).catch(() => {}); // what is wrong with it, the first cut has said
  }

  return {
    first: sides[0],
    second: sides[1] ?? null,
    third: sides[2] ?? null,
    look,
    /** @param {any} seen */
    update(seen) {
      last = seen;
      if (shown?.ground.variables.length === seen.x.length) views.forEach((view) => view.update(seen));
      follow();
    },
    render: () => views.forEach((view) => view.render()),
    dispose() {
      asked++;
      shown = wanted = null;
      views.forEach((view) => view.dispose());
    },
  };
}
