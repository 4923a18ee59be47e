// The track that a runner runs on, seen from the side: where x is, and how fast it changes.

import { change, drawn, onWidth, show } from '../element.js';
import { marks, short } from '../numerals.js';
import { openArrow } from './arrows.js';
import { EDGE } from './curve.js';

const LANE = 78; // height, in pixels

/**
 * @param {HTMLElement} el
 * @param {number[]} ends
 * @param {string} label
 */
export function makeTrack(el, [first, last], label) {
  const svg = drawn('svg', { class: 'lane-track', 'aria-hidden': 'true' });
  const back = drawn('g');
  const limbs = drawn('path', { class: 'limbs' });
  const head = drawn('circle', { class: 'head', r: 4.4, cy: -32 });
  const runner = drawn('g', { class: 'runner' }, limbs, head);
  const casing = drawn('path', { class: 'casing wide' });
  const arrow = drawn('path', { class: 'gradient' });
  const spot = drawn('circle', { class: 'spot', r: 4 });
  svg.append(back, spot, casing, arrow, runner);
  el.append(svg);
  let width = 0;
  /** @type {[number, number, boolean] | null} */
  let now = null;
  const floor = LANE - 20;
  const X = (/** @type {number} */ v) => EDGE.left + ((v - first) / (last - first)) * (width - EDGE.left - EDGE.right);

  function render() {
    width = Math.max(260, el.clientWidth);
    change(svg, { viewBox: `0 0 ${width} ${LANE}`, width, height: LANE });
    const found = [drawn('rect', { class: 'ground', x: EDGE.left, y: floor, width: width - EDGE.left - EDGE.right, height: 4, rx: 2 })];
    for (const v of marks(first, last, width / 90)) found.push(drawn('text', { class: 'mark', x: X(v), y: LANE - 2, 'text-anchor': 'middle' }, short(v)));
    found.push(drawn('text', { class: 'mark name', x: 0, y: floor + 4 }, label));
    back.replaceChildren(...found);
    if (now) paint(...now);
  }

  /**
   * @param {number} f
   * @param {number} slope
   * @param {boolean} veiled
   */
  function paint(f, slope, veiled) {
    const there = Number.isFinite(f);
    show(runner, there);
    show(spot, there);
    for (const one of [arrow, casing]) show(one, there && !veiled && Math.abs(slope) > 1e-9);
    if (!there) return;
    const x = Math.max(EDGE.left - 12, Math.min(width - 12, X(f)));
    const way = slope < 0 ? -1 : 1;
    const speed = veiled ? 0 : Math.min(1, (Math.abs(slope) * 2.4) / (last - first)); // 1: all the track in about two units of time
    runner.setAttribute('transform', `translate(${x.toFixed(1)} ${floor}) scale(${1.3 * way} 1.3)`);
    change(limbs, { d: stride(f / ((last - first) / 40), speed) });
    change(head, { cx: 2 + 4 * speed });
    change(spot, { cx: x, cy: floor + 2 });
    const reach = Math.min(90, 14 + 76 * speed);
    for (const one of [arrow, casing]) change(one, { d: openArrow(x + way * 18, floor - 27, way, 0, reach) });
  }

  const watch = onWidth(el, render);
  render();
  return {
    /** @param {number} f @param {number} slope @param {boolean} veiled */
    update(f, slope, veiled) {
      now = [f, slope, veiled];
      paint(...now);
    },
    render,
    dispose() {
      watch.disconnect();
      svg.remove();
    },
  };
}

/**
 * Body, arms and legs of a runner who leans forward the more the faster it goes.
 * @param {number} phase
 * @param {number} speed   0 to 1
 */
function stride(phase, speed) {
  const swing = (0.2 + 0.7 * speed) * Math.sin(2 * Math.PI * phase + 0.9);
  const lean = 4 * speed;
  const limb = (/** @type {number[]} */ [x, y], /** @type {number} */ angle, /** @type {number} */ bend, /** @type {number} */ length) => {
    const knee = [x + length * Math.sin(angle), y + length * Math.cos(angle)];
    const foot = [knee[0] + length * Math.sin(angle - bend), knee[1] + length * Math.cos(angle - bend)];
    return `M${x},${y}L${knee.map((v) => v.toFixed(1))}L${foot.map((v) => v.toFixed(1))}`;
  };
  const [hip, neck] = [[0, -15], [lean, -27]];
  const bend = 0.9 * speed;
  return `M${hip}L${neck}${limb(hip, swing, bend * (1 - swing), 7.6)}${limb(hip, -swing, bend * (1 + swing), 7.6)}`
    + `${limb([lean * 0.8, -25], -swing, -1.2 * (0.4 + speed), 5.4)}${limb([lean * 0.8, -25], swing, -1.2 * (0.4 + speed), 5.4)}`;
}
