// The page returns to a better playback method as soon as the network passes it.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const { MethodReturn } = await import(`${process.env.MODULES}/live/method_return.js`);

let attempts; // clients of all attempts

class Client {
  constructor(path, listener) {
    Object.assign(this, { path, listener, isOpen: false });
    attempts.push(this);
  }
  start() {
    this.isOpen = true;
  }
  stop() {
    this.isOpen = false;
  }
}
const METHOD = { path: "whep/h264", load: async () => ({ Client }) };

beforeEach((context) => {
  attempts = [];
  context.mock.timers.enable({ apis: ["setTimeout"] });
});

async function pass(context, milliseconds) {
  context.mock.timers.tick(milliseconds);
  await new Promise((resolve) => setImmediate(resolve));
}

test("it tries with growing pauses until a connection succeeds", async (context) => {
  let successes = 0;
  const methodReturn = new MethodReturn();
  methodReturn.begin(METHOD, () => (successes += 1));
  for (const [pause, reason] of [[3000, "unreachable"], [6000, "waiting"], [12_000, "unplayable"], [24_000, "refused"]]) {
    const before = attempts.length;
    await pass(context, pause - 1);
    assert.equal(attempts.length, before);
    await pass(context, 1);
    assert.equal(attempts.length, before + 1);
    attempts.at(-1).listener[reason]();
    assert.ok(!attempts.at(-1).isOpen);
  }
  methodReturn.hurry();
  await pass(context, 3000);
  assert.equal(attempts.at(-1).path, "whep/h264");
  attempts.at(-1).listener.connected();
  assert.deepEqual([successes, attempts.length, attempts.some(({ isOpen }) => isOpen)], [1, 5, false]);
  await pass(context, 600_000);
  assert.equal(attempts.length, 5);
});

test("the pauses grow to five minutes", async (context) => {
  const methodReturn = new MethodReturn();
  methodReturn.begin(METHOD, () => {});
  for (let i = 0; i < 9; i += 1) {
    await pass(context, 300_000);
    attempts.at(-1).listener.unreachable();
  }
  assert.equal(attempts.length, 9);
});

test("after cancel it neither tries nor continues an attempt", async (context) => {
  const methodReturn = new MethodReturn();
  methodReturn.begin(METHOD, () => assert.fail());
  await pass(context, 3000);
  methodReturn.cancel();
  assert.ok(!attempts[0].isOpen);
  methodReturn.hurry();
  await pass(context, 600_000);
  assert.equal(attempts.length, 1);
});

test("before the first attempt, and while its client is loaded, cancel ends it, too", async (context) => {
  const methodReturn = new MethodReturn();
  methodReturn.begin(METHOD, () => assert.fail());
  methodReturn.cancel();
  await pass(context, 600_000);
  let loaded;
  const load = () => new Promise((resolve) => (loaded = () => resolve({ Client })));
  methodReturn.begin({ ...METHOD, load }, () => assert.fail());
  await pass(context, 3000);
  methodReturn.cancel();
  loaded();
  await pass(context, 600_000);
  assert.equal(attempts.length, 0);
});

test("there is one attempt at a time", async (context) => {
  const methodReturn = new MethodReturn();
  methodReturn.begin(METHOD, () => {});
  await pass(context, 3000);
  methodReturn.hurry();
  await pass(context, 600_000);
  assert.equal(attempts.length, 1);
  methodReturn.cancel();
  methodReturn.begin(METHOD, () => {});
  await pass(context, 3000);
  attempts[0].listener.unreachable(); // an old one fails late
  await pass(context, 600_000);
  assert.deepEqual(attempts.map(({ isOpen }) => isOpen), [false, true]);
});
