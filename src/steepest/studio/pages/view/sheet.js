// The land as it is painted on paper: heights as colours under a light from the north-west,
// contours with their heights, stripes where there is no value.

import { element } from '../element.js';
import { short } from '../numerals.js';
import { dark, tint } from '../palette.js';
import { contour, contourStep } from './contours.js';
import { colouring, slopes } from './relief.js';

/**
 * @typedef {import('../land.js').Land} Land
 * @typedef {import('./contours.js').Line} Line
 */

const APART = 54; // pixels between two contour labels, at least

/** @param {Land} land */
export function makeSheet(land) {
  const [rows, columns] = land.heights.shape;
  const { low, high } = colouring(land);
  const step = contourStep(low, high);
  /** @type {Line[]} */
  const contours = [];
  for (let level = Math.ceil(low / step) * step; level <= high; level += step) contours.push(...contour(land.heights, rows, columns, level));

  /**
   * Paint it all.
   * @param {HTMLCanvasElement} canvas
   * @param {number} ratio  of its pixels to those of the page
   */
  function paint(canvas, ratio) {
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    hatch(pen, canvas.width, canvas.height);
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(shaded(), 0, 0, canvas.width, canvas.height);
    const [sx, sy] = [canvas.width / (columns - 1), canvas.height / (rows - 1)];
    pen.lineJoin = 'round';
    const indexed = [];
    for (const one of contours) {
      const index = Math.round(one.level / step) % 5 === 0;
      pen.strokeStyle = `rgb(40 48 62 / ${index ? 0.62 : 0.3})`;
      pen.lineWidth = (index ? 1.5 : 0.9) * ratio;
      pen.beginPath();
      for (let k = 0; k < one.points.length; k += 2) pen.lineTo(one.points[k] * sx, canvas.height - one.points[k + 1] * sy);
      if (one.closed) pen.closePath();
      pen.stroke();
      if (index) indexed.push(one);
    }
    /** @type {number[][]} */
    const taken = [];
    for (const { points, level } of indexed.sort((p, q) => q.points.length - p.points.length)) {
      const spot = points.length > 60 ? spotOf(points, sx, sy, canvas, ratio, taken) : null;
      if (spot) {
        taken.push(spot);
        label(pen, short(land.told(level), 3), spot, ratio);
      }
    }
  }

  /**
   * Where a contour is most nearly level on the page, and far from other labels: x, y, angle.
   * @param {number[]} points
   * @param {number} sx
   * @param {number} sy
   * @param {HTMLCanvasElement} canvas
   * @param {number} ratio
   * @param {number[][]} taken
   */
  function spotOf(points, sx, sy, canvas, ratio, taken) {
    let best = null;
    let least = Infinity;
    for (let k = 12; k < points.length - 12; k += 6) {
      const [x, y] = [points[k] * sx, canvas.height - points[k + 1] * sy];
      if (x < 26 * ratio || y < 16 * ratio || x > canvas.width - 26 * ratio || y > canvas.height - 16 * ratio) continue;
      if (taken.some(([tx, ty]) => Math.hypot(x - tx, y - ty) < APART * ratio)) continue;
      const angle = Math.atan2(-(points[k + 9] - points[k - 7]) * sy, (points[k + 8] - points[k - 8]) * sx);
      const tilt = Math.abs(Math.sin(angle)) + 0.3 * Math.abs(k / points.length - 0.5);
      if (tilt < least) [least, best] = [tilt, [x, y, Math.abs(angle) > Math.PI / 2 ? angle + Math.PI : angle]];
    }
    return best;
  }

  /** The heights as colours; holes stay clear. */
  function shaded() {
    const { right: dx, up: dy } = slopes(land);
    const picture = new ImageData(columns, rows);
    const tones = Array.from({ length: 512 }, (_, i) => tint(i / 511));
    const relief = (0.22 * columns) / (high - low); // heights drawn over a fifth of the width
    const dim = dark() ? 0.9 : 1;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const k = i * columns + j;
        const p = 4 * ((rows - 1 - i) * columns + j);
        const share = (land.heights[k] - low) / (high - low);
        if (!Number.isFinite(share)) continue;
        const [nx, ny] = [-dx[k] * relief, -dy[k] * relief];
        const light = (-0.5 * nx + 0.5 * ny + 0.707) / Math.hypot(nx, ny, 1) / 0.707;
        const shade = (0.6 + 0.4 * Math.min(1.3, Math.max(0, light))) * dim;
        const tone = tones[Math.round(511 * Math.min(1, Math.max(0, share)))];
        for (let c = 0; c < 3; c++) picture.data[p + c] = tone[c] * shade;
        picture.data[p + 3] = 255;
      }
    }
    const small = element('canvas', { width: columns, height: rows });
    small.getContext('2d').putImageData(picture, 0, 0);
    return small;
  }

  return { paint };
}

/**
 * The height of a contour, written along it.
 * @param {CanvasRenderingContext2D} pen
 * @param {string} text
 * @param {number[]} spot
 * @param {number} ratio
 */
function label(pen, text, [x, y, angle], ratio) {
  pen.save();
  pen.translate(x, y);
  pen.rotate(angle);
  pen.font = `600 ${10.5 * ratio}px Inter, sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.lineJoin = 'round';
  pen.lineWidth = 3.4 * ratio;
  pen.strokeStyle = 'rgb(255 255 255 / .78)';
  pen.strokeText(text, 0, 0);
  pen.fillStyle = '#20263a';
  pen.fillText(text, 0, 0);
  pen.restore();
}

/**
 * Where there is no value: stripes.
 * @param {CanvasRenderingContext2D} pen
 * @param {number} width
 * @param {number} height
 */
function hatch(pen, width, height) {
  pen.fillStyle = dark() ? '#232a38' : '#efebe1';
  pen.fillRect(0, 0, width, height);
  pen.strokeStyle = dark() ? '#3c4558' : '#d3ccbb';
  pen.lineWidth = 2;
  pen.beginPath();
  for (let k = -height; k < width; k += 12) {
    pen.moveTo(k, height);
    pen.lineTo(k + height, 0);
  }
  pen.stroke();
}
