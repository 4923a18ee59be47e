// The white point: dragged, or walked with the arrow keys; one focusable slider with a sentence.

import { change, drawn } from '../element.js';

/**
 * @param {SVGElement} parent
 * @param {object} opts
 * @param {string} opts.label
 * @param {number[][]} opts.bounds     lowest and highest, to the right and (of two) upwards
 * @param {number[]} opts.steps        how far an arrow key goes, likewise
 * @param {(px: number, py: number) => number[] | null} opts.place   a place of the picture as right, up
 * @param {(x: number[]) => void} opts.onmove
 * @param {() => void} opts.ongrab     before it begins to move
 * @param {() => void} opts.onrest     when it has come to rest
 */
export function makeSlider(parent, { label, bounds, steps, place, onmove, ongrab, onrest }) {
  const halo = drawn('circle', { class: 'halo', r: 22 });
  const dot = drawn('circle', { class: 'dot', r: 9 });
  const hold = drawn('g', { class: 'point', tabindex: 0, role: 'slider', 'aria-label': label }, halo, dot);
  change(hold, { 'aria-valuemin': bounds[0][0], 'aria-valuemax': bounds[0][1] });
  parent.append(hold);
  const svg = /** @type {SVGSVGElement} */ (parent.ownerSVGElement);
  /** @type {number[]} */
  let now = [];

  /** @param {PointerEvent} event */
  function follow(event) {
    const box = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / box.width;
    const there = place((event.clientX - box.left) * scale, (event.clientY - box.top) * scale);
    if (there) onmove(there);
  }

  /** @param {PointerEvent} event */
  function grab(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    hold.focus({ preventScroll: true });
    svg.setPointerCapture(event.pointerId);
    ongrab();
    follow(event);
    const end = () => {
      svg.removeEventListener('pointermove', follow);
      svg.removeEventListener('pointerup', end);
      svg.removeEventListener('pointercancel', end);
      onrest();
    };
    svg.addEventListener('pointermove', follow);
    svg.addEventListener('pointerup', end);
    svg.addEventListener('pointercancel', end);
  }

  hold.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    const moves = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowUp: [1, 1], ArrowDown: [1, -1] };
    const move = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const axis = Math.min(move[0], bounds.length - 1);
    const step = steps[axis] * (event.shiftKey ? 5 : 1);
    const next = [...now];
    const [low, high] = bounds[axis];
    next[axis] = Number(Math.min(high, Math.max(low, Math.round((now[axis] + move[1] * step) / steps[axis]) * steps[axis])).toPrecision(12));
    if (!event.repeat) ongrab();
    now = next; // the picture may be drawn only after the next key
    onmove(next);
    onrest();
  });

  return {
    grab,
    /**
     * Put the point somewhere on the picture.
     * @param {number} px
     * @param {number} py
     * @param {number[]} at     right and (of two) up
     * @param {string} said
     */
    move(px, py, at, said) {
      now = at;
      hold.setAttribute('transform', `translate(${px.toFixed(1)} ${py.toFixed(1)})`);
      change(hold, { 'aria-valuenow': at[0], 'aria-valuetext': said });
    },
    focus: () => hold.focus(),
  };
}
