// MSE playback: how it stays close to the live edge.

import assert from "node:assert/strict";
import { test } from "node:test";

const { pace } = await import(`${process.env.MODULES}/renderers/mse_renderer.js`);

test("at first it goes to the newest picture", () => {
  assert.deepEqual(pace([], 0, 0.2), { jump: null, hurry: null });
  assert.deepEqual(pace([[7200, 7201.5]], 0, 0.25), { jump: 7201.25, hurry: false });
  assert.deepEqual(pace([[7200, 7200.1]], 0, 0.25), { jump: 7200, hurry: false }, "not before what there is");
});

test("it plays faster until it has caught up", () => {
  assert.deepEqual(pace([[0, 10]], 9.7, 0.2), { jump: null, hurry: null });
  assert.deepEqual(pace([[0, 10]], 9.4, 0.2), { jump: null, hurry: true });
  assert.deepEqual(pace([[0, 10]], 9.85, 0.2), { jump: null, hurry: false });
});

test("it jumps when it is far behind, before a gap, or beyond the end", () => {
  assert.deepEqual(pace([[0, 10]], 7, 0.5), { jump: 9.5, hurry: false });
  assert.deepEqual(pace([[0, 5], [6, 10]], 5, 0.5), { jump: 9.5, hurry: false });
  assert.deepEqual(pace([[0, 5]], 9, 0.5), { jump: 4.5, hurry: false });
});
