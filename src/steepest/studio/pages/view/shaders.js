// How the mountain is coloured, in the language of the graphics processor.

import { parts, TERRAIN } from '../palette.js';

const stops = TERRAIN.map(([, colour]) => `vec3(${parts(colour).map((v) => (v / 255).toFixed(4)).join(',')})`).join(',');
const TINT = `
const float AT[${TERRAIN.length}] = float[](${TERRAIN.map(([at]) => at.toFixed(2)).join(',')});
const vec3 COLOUR[${TERRAIN.length}] = vec3[](${stops});
vec3 tint(float t) {
  vec3 c = COLOUR[0];
  for (int i = 1; i < ${TERRAIN.length}; i++) c = mix(c, COLOUR[i], clamp((t - AT[i - 1]) / (AT[i] - AT[i - 1]), 0., 1.));
  return c;
}`;

export const LAND = [
  `layout(location=0) in vec3 place; layout(location=1) in vec4 ground;  // height, slopes, sky
uniform mat4 camera; out vec4 g; out vec3 p;
void main() { g = ground; p = place; gl_Position = camera * vec4(place, 1.); }`,
  `${TINT}
uniform float low, high, gap, ratio, dim; uniform vec3 here, eye; in vec4 g; in vec3 p; out vec4 colour;
void main() {
  vec3 c = tint((g.x - low) / (high - low));
  vec3 normal = normalize(vec3(-g.y, 1., g.z));
  float light = max(0., dot(normal, normalize(vec3(-.5, .62, -.62)))) / .62;
  c *= (.63 + .40 * min(light, 1.35)) * (.72 + .28 * g.w);
  c = mix(c, vec3(.86, .90, .97), pow(1. - max(0., dot(normal, normalize(eye - p))), 3.) * .22);
  float k = g.x / gap, width = fwidth(k), nearest = floor(k + .5), away = abs(k - nearest) / max(width, 1e-6);
  float index = step(abs(mod(nearest + .5, 5.) - .5), .25);
  float ink = clamp(mix(.55, 1., index) * ratio + .5 - away, 0., 1.) * mix(.36, .66, index) * clamp(.33 / max(width, 1e-4), 0., 1.);
  c = mix(c, vec3(.13, .15, .22), ink);
  float near = distance(p.xz, here.xz);
  colour = vec4(c * (1. - .22 * exp(-near * near / .006)) * dim, 1.);
}`,
];

export const WALL = [
  `layout(location=0) in vec3 place; layout(location=1) in vec2 side; uniform mat4 camera; out vec2 s;
void main() { s = side; gl_Position = camera * vec4(place, 1.); }`,
  `${TINT}
uniform float low, high, gap, dim; in vec2 s; out vec4 colour;
void main() {
  float t = (s.x - low) / (high - low);
  vec3 c = mix(vec3(.90, .87, .81), tint(t) * .95, .22) * s.y * (.80 + .20 * clamp(t * 1.6 + .5, 0., 1.));
  float k = s.x / (gap * 5.), away = abs(k - floor(k + .5)) / max(fwidth(k), 1e-6);
  colour = vec4(mix(c, vec3(.3, .3, .36), clamp(1. - away, 0., 1.) * .22) * dim, 1.);
}`,
];

export const SHADOW = [
  `layout(location=0) in vec3 place; uniform mat4 camera; out vec2 p; void main() { p = place.xz; gl_Position = camera * vec4(place, 1.); }`,
  `uniform vec2 half_size; uniform float strength; in vec2 p; out vec4 colour;
void main() { float r = length(max(abs(p - vec2(.12, .10)) - half_size, 0.)); colour = vec4(.05, .07, .13, strength * exp(-r * 4.) * (1. - smoothstep(0., 1.1, r))); }`,
];

export const PLAIN = [
  'layout(location=0) in vec3 place; uniform mat4 camera; void main() { gl_Position = camera * vec4(place, 1.); }',
  'uniform vec4 paint; out vec4 colour; void main() { colour = paint; }',
];

export const LINE = [
  `layout(location=0) in vec3 from; layout(location=1) in vec3 to; uniform mat4 camera; uniform vec2 screen; uniform float width;
void main() {
  vec4 a = camera * vec4(from, 1.), b = camera * vec4(to, 1.);
  vec2 way = (b.xy / b.w - a.xy / a.w) * screen; float far = length(way); way = far > 1e-6 ? way / far : vec2(1., 0.);
  bool end = (gl_VertexID & 1) == 1; float side = (gl_VertexID & 2) == 2 ? 1. : -1.;
  vec4 q = end ? b : a;
  q.xy += (vec2(-way.y, way.x) * side + way * (end ? .5 : -.5)) * width / screen * q.w;
  q.z -= .0006 * q.w; gl_Position = q;
}`,
  'uniform vec4 paint; out vec4 colour; void main() { colour = paint; }',
];

export const DOT = [
  `layout(location=0) in vec3 place; uniform mat4 camera; uniform float size;
void main() { vec4 q = camera * vec4(place, 1.); q.z -= .0016 * q.w; gl_Position = q; gl_PointSize = size; }`,
  `uniform vec4 paint; uniform float size, rim; out vec4 colour;
void main() {
  float r = length(gl_PointCoord - .5) * size, edge = size * .5 - .5, inside = clamp(edge - r + .5, 0., 1.);
  if (inside <= 0.) discard;
  colour = vec4(mix(vec3(1.), paint.rgb, clamp(r - (edge - rim) + .5, 0., 1.)), inside);
}`,
];
