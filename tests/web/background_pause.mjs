// A page in the background pauses after 15 seconds, and resumes when it is shown.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

const { pauseInBackground } = await import(`${process.env.MODULES}/shared/background_pause.js`);

mock.timers.enable({ apis: ["setTimeout"] });

/** A page whose visibility changes, and what was called since. */
function page() {
  const [listeners, calls] = [[], []];
  globalThis.document = { hidden: false, addEventListener: (_, listener) => listeners.push(listener) };
  pauseInBackground(() => calls.push("pause"), () => calls.push("resume"));
  const show = (isShown) => {
    document.hidden = !isShown;
    for (const listener of listeners) listener();
  };
  return { show, calls };
}

test("it pauses after 15 seconds, once", () => {
  const { show, calls } = page();
  show(false);
  mock.timers.tick(14_999);
  assert.deepEqual(calls, []);
  mock.timers.tick(1);
  assert.deepEqual(calls, ["pause"]);
  mock.timers.tick(60_000);
  assert.deepEqual(calls, ["pause"]);
  show(true);
  assert.deepEqual(calls, ["pause", "resume"]);
});

test("a page that is shown earlier does not pause", () => {
  const { show, calls } = page();
  show(false);
  mock.timers.tick(14_000);
  show(true);
  mock.timers.tick(60_000);
  assert.deepEqual(calls, ["resume"]);
});
