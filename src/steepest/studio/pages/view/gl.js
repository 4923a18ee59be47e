// As much WebGL 2 as a mountain needs: programs, buffers, a camera.

/** @typedef {[number, number, number]} Vec */

const HEAD = '#version 300 es\nprecision highp float;\n';

/**
 * @param {WebGL2RenderingContext} gl
 * @param {string} vertex
 * @param {string} fragment
 */
export function program(gl, vertex, fragment) {
  const made = /** @type {WebGLProgram} */ (gl.createProgram());
  for (const [kind, source] of /** @type {[number, string][]} */ ([[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]])) {
    const shader = /** @type {WebGLShader} */ (gl.createShader(kind));
    gl.shaderSource(shader, HEAD + source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) throw new Error(gl.getShaderInfoLog(shader) ?? 'shader');
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  /** @type {Record<string, WebGLUniformLocation | null>} */
  const at = {};
  const count = gl.getProgramParameter(made, gl.ACTIVE_UNIFORMS) ?? 0;
  for (let i = 0; i < count; i++) {
    const info = gl.getActiveUniform(made, i);
    if (info) at[info.name.replace('[0]', '')] = gl.getUniformLocation(made, info.name);
  }
  return { made, at };
}

/**
 * A vertex array of some attributes, with an index where there is one.
 * @param {WebGL2RenderingContext} gl
 * @param {[data: Float32Array, size: number][]} attributes
 * @param {Uint32Array} [index]
 */
export function mesh(gl, attributes, index) {
  const array = gl.createVertexArray();
  gl.bindVertexArray(array);
  attributes.forEach(([data, size], i) => {
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(i);
    gl.vertexAttribPointer(i, size, gl.FLOAT, false, 0, 0);
  });
  if (index) {
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, index, gl.STATIC_DRAW);
  }
  gl.bindVertexArray(null);
  return { array, count: index?.length ?? attributes[0][0].length / attributes[0][1] };
}

/** A buffer that is filled anew for every drawing. @param {WebGL2RenderingContext} gl @param {boolean} pairs  of points, for lines */
export function stream(gl, pairs) {
  const array = gl.createVertexArray();
  const buffer = gl.createBuffer();
  gl.bindVertexArray(array);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  for (let i = 0; i < (pairs ? 2 : 1); i++) {
    gl.enableVertexAttribArray(i);
    gl.vertexAttribPointer(i, 3, gl.FLOAT, false, pairs ? 12 : 0, 12 * i);
    if (pairs) gl.vertexAttribDivisor(i, 1);
  }
  gl.bindVertexArray(null);
  return {
    /** @param {ArrayLike<number>} points */
    fill(points) {
      gl.bindVertexArray(array);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(points), gl.DYNAMIC_DRAW);
    },
  };
}

/** @param {Vec} a @param {Vec} b @returns {Vec} */
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
/** @param {Vec} a @param {Vec} b */
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
/** @param {Vec} a @returns {Vec} */
export const unit = (a) => /** @type {Vec} */ (a.map((v) => v / Math.hypot(...a)));

/**
 * A camera that looks at a place: its matrix (column by column), its directions, and the way back
 * from a spot of the picture to a ray.
 * @param {Vec} eye
 * @param {Vec} target
 * @param {number} angle   of view, upwards, in radians
 * @param {number} aspect  width by height
 */
export function camera(eye, target, angle, aspect) {
  const ahead = unit(/** @type {Vec} */ (target.map((v, i) => v - eye[i])));
  const side = unit(cross(ahead, [0, 1, 0]));
  const top = cross(side, ahead);
  const focal = 1 / Math.tan(angle / 2);
  const [near, far] = [0.5, 60];
  const depth = (far + near) / (near - far);
  const rows = [
    [...side.map((v) => (v * focal) / aspect), (-dot(side, eye) * focal) / aspect],
    [...top.map((v) => v * focal), -dot(top, eye) * focal],
    [...ahead.map((v) => -v * depth), dot(ahead, eye) * depth + (2 * far * near) / (near - far)],
    [...ahead, -dot(ahead, eye)],
  ];
  const matrix = new Float32Array(16);
  rows.forEach((row, r) => row.forEach((v, c) => (matrix[4 * c + r] = v)));
  return {
    eye,
    matrix,
    /** Where a point comes to lie: −1 to 1, right and up. @param {Vec} p @returns {[number, number]} */
    project(p) {
      const [x, y, , w] = rows.map((row) => row[0] * p[0] + row[1] * p[1] + row[2] * p[2] + row[3]);
      return [x / w, y / w];
    },
    /** @param {number} x  −1 to 1, right @param {number} y  likewise, up @returns {Vec} */
    ray(x, y) {
      return unit(/** @type {Vec} */ (ahead.map((v, i) => v + (side[i] * x * aspect) / focal + (top[i] * y) / focal)));
    },
  };
}
