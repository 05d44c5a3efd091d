// Sparkline: the line of a figure's last minute.

import assert from "node:assert/strict";
import { test } from "node:test";

const { lines } = await import(`${process.env.MODULES}/live/sparkline.js`);

test("the newest value is at the right edge, the greatest at the top", () => {
  assert.deepEqual(lines([0, 15, 30]), ["58,15.0 59,8.0 60,1.0"]);
});

test("an unknown value interrupts the line", () => {
  assert.deepEqual(lines([1, 1, null, 1, 1]), ["56,1.0 57,1.0", "59,1.0 60,1.0"]);
  assert.deepEqual(lines([null, 5]), []);
  assert.deepEqual(lines([null]), []);
});

test("nothing but zeros is a line at the bottom", () => {
  assert.deepEqual(lines([0, 0]), ["59,15.0 60,15.0"]);
});
