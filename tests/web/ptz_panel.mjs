// PTZ panel: its words.

import assert from "node:assert/strict";
import { test } from "node:test";

const { duration } = await import(`${process.env.MODULES}/ptz/ptz_panel.js`);

test("the rest of a lock in words", () => {
  const words = new Map([[1, "1 second"], [2, "2 seconds"], [60, "60 seconds"], [61, "1 minute"], [89, "1 minute"], [90, "2 minutes"], [3600, "60 minutes"]]);
  for (const [seconds, text] of words) assert.equal(duration(seconds), text);
});
