// Masks: between the whole picture of the source and the part that is shown.

import assert from "node:assert/strict";
import { test } from "node:test";

const { mirrored, whole } = await import(`${process.env.MODULES}/masks/mask_coordinates.js`);

test("a mirrored position is on the opposite side, and mirroring is reversible", () => {
  const area = { left: 0, top: 10, right: 100, bottom: 200 };
  assert.deepEqual(mirrored(area, true, false), { left: 540, top: 10, right: 640, bottom: 200 });
  assert.deepEqual(mirrored(area, false, true), { left: 0, top: 280, right: 100, bottom: 470 });
  assert.deepEqual(mirrored(mirrored(area, true, true), true, true), area);
});

test("the whole picture lies around the part that is shown", () => {
  const shown = { left: 10, top: 20, width: 320, height: 180 };
  assert.deepEqual(whole(shown, { pan: 0, tilt: 0, zoom: 1 }), shown);
  assert.deepEqual(whole(shown, { pan: -100, tilt: 100, zoom: 2 }), { left: 10, top: 20, width: 640, height: 360 });
  assert.deepEqual(whole(shown, { pan: 100, tilt: -100, zoom: 2 }), { left: -310, top: -160, width: 640, height: 360 });
  assert.deepEqual(whole(shown, { pan: 0, tilt: 0, zoom: 4 }), { left: -470, top: -250, width: 1280, height: 720 });
});
