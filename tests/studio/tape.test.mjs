// Run by test_tape.py: the page's interpreter, held to what the engine wrote into a file.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { OPERATIONS, programOf } from '../../src/steepest/studio/pages/tape.js';
import { full } from '../../src/steepest/studio/pages/numerals.js';
import { bearing, bearingVector, compassWord } from '../../src/steepest/studio/pages/compass.js';

const given = JSON.parse(readFileSync(process.env.STEEPEST_FIXTURES, 'utf8'));
const number = (v) => (typeof v === 'number' ? v : { inf: Infinity, '-inf': -Infinity, nan: NaN }[v]);

test('the page knows the operations of the engine, and no others', () => {
  assert.deepEqual(Object.keys(OPERATIONS).sort(), given.operations);
});

for (const { name, tape, points, values } of given.functions) {
  test(name, () => {
    const run = programOf(tape);
    points.forEach((point, k) => {
      const found = run(point.map(number));
      values[k].map(number).forEach((truth, i) => {
        const near = Object.is(found[i], truth) || found[i] === truth
          || Math.abs(found[i] - truth) <= given.tolerance * Math.max(Math.abs(truth), given.scale[name]?.[i] ?? 0);
        assert.ok(near, `${name} at ${point}: output ${i} is ${found[i]}, the engine has ${truth}`);
      });
    });
  });
}

test('numbers are written as Python writes them', () => {
  for (const [value, text] of given.written) assert.equal(full(number(value)), text);
});

test('bearings are those of steepest.compass', () => {
  for (const { north, east, degrees, word } of given.bearings) {
    assert.ok(Math.abs(bearing(north, east) - degrees) < 1e-9);
    assert.equal(compassWord(bearing(north, east)), word);
  }
  for (const [degrees, north, east] of given.vectors) {
    const [n, e] = bearingVector(degrees);
    assert.ok(Math.abs(n - north) < 1e-15 && Math.abs(e - east) < 1e-15);
  }
});
