// Digital zoom: what is under the pointer stays there, and the picture never leaves its frame.

import assert from "node:assert/strict";
import { test } from "node:test";

const { WHOLE, magnified, magnifies, shifted } = await import(`${process.env.MODULES}/zoom/digital_zoom.js`);

const seen = ({ scale, x, y }, at) => [(at[0] - x) / scale, (at[1] - y) / scale].map((part) => Number(part.toFixed(9)));

test("the point under the pointer stays where it is", () => {
  let place = WHOLE;
  for (const factor of [1.2, 2, 1.5, 0.9]) place = magnified(place, factor, 0.3, 0.8);
  assert.deepEqual(seen(place, [0.3, 0.8]), [0.3, 0.8]);
  assert.ok(Math.abs(place.scale - 3.24) < 1e-9);
});

test("it ends at the whole picture and at eight times", () => {
  assert.deepEqual(magnified(magnified(WHOLE, 3, 0.9, 0.9), 0.1, 0.1, 0.1), { scale: 1, x: 0, y: 0 });
  assert.equal(magnified(WHOLE, 100, 0.5, 0.5).scale, 8);
});

test("the picture fills its frame, however far it is dragged", () => {
  const place = magnified(WHOLE, 2, 0.5, 0.5);
  assert.deepEqual(shifted(place, 5, -5), { scale: 2, x: 0, y: -1 });
  assert.deepEqual(shifted(place, 0.1, 0.2), { scale: 2, x: -0.4, y: -0.3 });
  assert.deepEqual(shifted(WHOLE, 0.3, 0.3), { scale: 1, x: 0, y: 0 });
});

test("the wheel scrolls the page where it would magnify nothing", () => {
  const [up, down] = [{ deltaY: -100 }, { deltaY: 100 }];
  assert.deepEqual([magnifies(up, 1, false), magnifies(down, 1, false)], [true, false]);
  assert.equal(magnifies(up, 1, true), false, "first the page goes to its top");
  assert.deepEqual([magnifies(up, 2, true), magnifies(down, 2, true)], [true, true]);
  assert.deepEqual([magnifies({ ...down, ctrlKey: true }, 1, true), magnifies({ deltaY: 0, ctrlKey: true }, 2, false)], [true, false]);
});
