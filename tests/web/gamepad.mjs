import assert from "node:assert/strict";
import test from "node:test";

const { aimOf } = await import(`${process.env.MODULES}/ptz/gamepad.js`);

/** A gamepad with these axes, and these buttons pressed. */
function pad(axes = [], pressed = {}) {
  return { axes, buttons: Array.from({ length: 17 }, (_, at) => ({ value: pressed[at] ?? 0, pressed: (pressed[at] ?? 0) > 0.5 })) };
}

test("a centred stick gives no direction, nor does a worn one", () => {
  assert.equal(aimOf(pad([0, 0, 0, 0])), null);
  assert.equal(aimOf(pad([0.3, -0.3, 0, 0.3])), null);
});

test("the left stick moves in eight directions", () => {
  const found = [[0, -1], [0.8, -0.8], [1, 0], [0.8, 0.8], [0, 1], [-0.8, 0.8], [-1, 0], [-0.8, -0.8]].map((axes) => aimOf(pad(axes)).move);
  assert.deepEqual(found, ["up", "upright", "right", "downright", "down", "downleft", "left", "upleft"]);
});

test("the cross moves as well", () => {
  assert.deepEqual(aimOf(pad([0, 0], { 12: 1 })), { move: "up" });
  assert.deepEqual(aimOf(pad([0, 0], { 13: 1, 15: 1 })), { move: "downright" });
});

test("right stick and triggers zoom, unless the camera is moved", () => {
  assert.deepEqual(aimOf(pad([0, 0, 0, -1])), { zoom: "in" });
  assert.deepEqual(aimOf(pad([0, 0, 0, 0], { 6: 0.9 })), { zoom: "out" });
  assert.deepEqual(aimOf(pad([1, 0, 0, -1])), { move: "right" });
});

test("a gamepad without the second stick or buttons works", () => {
  assert.deepEqual(aimOf({ axes: [1, 0], buttons: [] }), { move: "right" });
  assert.equal(aimOf({ axes: [], buttons: [] }), null);
});
