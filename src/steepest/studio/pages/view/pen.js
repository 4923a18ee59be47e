// What is drawn over the land in space: lines and dots of a width in pixels, flat shapes.

import { parts } from '../palette.js';
import { program, stream } from './gl.js';
import * as shaders from './shaders.js';

/**
 * @typedef {import('./gl.js').Vec} Vec
 * @typedef {ReturnType<typeof makePen>} Pen
 */

/** A colour as the graphics processor takes it. @param {string} colour @param {number} [alpha] */
export const paint = (colour, alpha = 1) => [...parts(colour).map((v) => v / 255), alpha];

/**
 * @param {WebGL2RenderingContext} gl
 * @param {() => {matrix: Float32Array}} view  the camera now
 * @param {() => number} ratio                 of device pixels to those of the page
 */
export function makePen(gl, view, ratio) {
  const programs = Object.fromEntries(Object.entries(shaders).map(([name, [v, f]]) => [name, program(gl, v, f)]));
  const points = stream(gl, false);
  const segments = stream(gl, true);

  /** @param {string} name */
  function use(name) {
    const { made, at } = programs[name];
    gl.useProgram(made);
    gl.uniformMatrix4fv(at.camera, false, view().matrix);
    return at;
  }

  /** @param {ArrayLike<number>} list @param {number[]} colour @param {number} mode */
  function fill(list, colour, mode) {
    const at = use('PLAIN');
    gl.uniform4fv(at.paint, colour);
    points.fill(list);
    gl.drawArrays(mode, 0, list.length / 3);
  }

  /** @param {ArrayLike<number>} list @param {number[]} colour @param {number} wide */
  function line(list, colour, wide) {
    if (list.length < 6) return;
    const at = use('LINE');
    gl.uniform4fv(at.paint, colour);
    gl.uniform2f(at.screen, gl.canvas.width / 2, gl.canvas.height / 2);
    gl.uniform1f(at.width, (wide * ratio()) / 2);
    segments.fill(list);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, list.length / 3 - 1);
  }

  /** @param {ArrayLike<number>} list @param {number[]} colour @param {number} size @param {number} rim */
  function dots(list, colour, size, rim) {
    const at = use('DOT');
    gl.uniform4fv(at.paint, colour);
    gl.uniform1f(at.size, size * ratio());
    gl.uniform1f(at.rim, rim * ratio());
    points.fill(list);
    gl.drawArrays(gl.POINTS, 0, list.length / 3);
  }

  /**
   * A flat arrow. A short one is drawn smaller, so that its head is never all of it.
   * @param {Vec} p
   * @param {number[]} way
   * @param {number} length
   * @param {number} grown   how much wider, for its casing
   * @param {number[]} colour
   */
  function arrow([x, y, z], [ux, uz], length, grown, colour) {
    const q = (/** @type {number} */ along, /** @type {number} */ across) => [x + ux * along - uz * across, y, z + uz * along + ux * across];
    const size = Math.min(1, length / 0.75);
    const [half, head, neck] = [0.034 * size + grown, 0.125 * size + 1.6 * grown, length - 0.25 * size];
    const begin = Math.min(0.09, neck / 2) - grown;
    fill([...q(begin, half), ...q(begin, -half), ...q(neck, half), ...q(neck, -half)], colour, gl.TRIANGLE_STRIP);
    fill([...q(length + 2 * grown, 0), ...q(neck - 0.03 * size - 0.6 * grown, head), ...q(neck - 0.03 * size - 0.6 * grown, -head)], colour, gl.TRIANGLES);
  }

  return { use, fill, line, dots, arrow };
}
