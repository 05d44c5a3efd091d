// Keys of the live page: an action for each, but not while the user types.

import assert from "node:assert/strict";
import { test } from "node:test";

const { bindKeys } = await import(`${process.env.MODULES}/live/keys.js`);

/** Press a key; return the names of the actions that it started. */
function press(key, more = {}, place = "") {
  const done = [];
  const actions = new Proxy({}, { get: (_, name) => (name === "undefined" ? undefined : () => done.push(name)) });
  globalThis.document = { addEventListener: (_, listener) => listener({ key, target, preventDefault() {}, ...more }) };
  const target = { matches: () => place === "text", closest: () => place !== "" };
  bindKeys(actions);
  return done;
}

test("each key has its action", () => {
  const keys = { " ": "pause", k: "pause", f: "fullScreen", m: "sound", s: "snapshot", R: "record", t: "talk", w: "motion", p: "ptz", "+": "zoomIn", "-": "zoomOut", 0: "zoomReset" };
  for (const [key, action] of Object.entries(keys)) assert.deepEqual(press(key), [action]);
  assert.deepEqual(press("x"), []);
});

test("keys with a modifier, repeated ones, and those of texts and buttons do nothing", () => {
  for (const more of ["ctrlKey", "metaKey", "altKey", "repeat"]) assert.deepEqual(press("s", { [more]: true }), []);
  assert.deepEqual(press("s", {}, "text"), []);
  assert.deepEqual([press(" ", {}, "button"), press("s", {}, "button")], [[], ["snapshot"]]);
});
