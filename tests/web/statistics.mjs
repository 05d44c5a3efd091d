// What the readout tells, out of frames and times.

import assert from "node:assert/strict";
import { test } from "node:test";

const { StreamStatistics } = await import(`${process.env.MODULES}/live/statistics.js`);
const { PictureDelay, clockOffset } = await import(`${process.env.MODULES}/live/picture_delay.js`);
const { bitRate, duration } = await import(`${process.env.MODULES}/live/view.js`);

const picture = (counter, bytes = 1000) => ({ kind: "jpeg", counter, bytes });

test("frame rate and bit rate of a steady stream", () => {
  const meter = new StreamStatistics();
  for (let i = 0; i <= 300; i++) meter.arrived(picture(i), i * 40);
  const { rate, bits, lost } = meter.read(300 * 40);
  assert.ok(Math.abs(rate - 25) <= 0.5, rate);
  assert.ok(Math.abs(bits - 200_000) <= 4000, bits);
  assert.equal(lost, 0);
});

test("sound counts as bits, not as pictures", () => {
  const meter = new StreamStatistics();
  for (let i = 0; i < 50; i++) meter.arrived({ kind: "audio", counter: i * 5, bytes: 100 }, i * 20);
  assert.deepEqual(meter.read(1000), { rate: 0, bits: 40_000, delay: null, lost: 0 });
});

test("too few values for a rate", () => {
  const meter = new StreamStatistics();
  assert.deepEqual(meter.read(0), { rate: null, bits: null, delay: null, lost: 0 });
  meter.arrived(picture(0), 0);
  assert.equal(meter.read(499).rate, null);
});

test("a stream that stands still has no rate", () => {
  const meter = new StreamStatistics();
  for (let i = 0; i < 50; i++) meter.arrived(picture(i), i * 40);
  assert.equal(meter.read(10_000).rate, 0);
});

const COUNTERS = [
  ["none", [5, 6, 7], 0],
  ["gaps", [5, 7, 8, 11], 3],
  ["across 2**32", [4294967294, 4294967295, 0, 2], 1],
  ["the camera counts anew", [900, 901, 0, 1, 3], 1],
];
for (const [name, counters, lost] of COUNTERS) {
  test(`lost: ${name}`, () => {
    const meter = new StreamStatistics();
    counters.forEach((counter, i) => meter.arrived(picture(counter), i));
    assert.equal(meter.read(10).lost, lost);
  });
}

test("the delay is the median, and starts anew with a new clock", () => {
  const meter = new StreamStatistics();
  for (const [i, delay] of [30, 10, 900, 20, 25].entries()) meter.drawn(delay, i);
  assert.equal(meter.read(10).delay, 25);
  meter.restartDelays();
  assert.equal(meter.read(10).delay, null);
});

test("memory is bounded: only the last two seconds are kept", () => {
  const meter = new StreamStatistics();
  for (let i = 0; i < 100_000; i++) meter.arrived(picture(i), i * 10);
  assert.ok(Math.abs(meter.read(1_000_000).rate - 100) < 1);
});

test("the clock's offset is taken from the quickest answer", async () => {
  let now = 1000;
  const trips = [[50, 10], [4, 4], [10, 90], [30, 30], [7, 5]];
  const ask = async () => {
    const [there, back] = trips.shift();
    now += there;
    const camera = now + 3_600_000;
    now += back;
    return camera;
  };
  assert.equal(await clockOffset(ask, () => now), 3_600_000);
});

test("the delay of a picture is its age by the camera's clock", async (context) => {
  const aheadMs = 5_000;
  const now = () => performance.timeOrigin + performance.now();
  globalThis.location = { href: "http://camera.test/" };
  context.mock.method(globalThis, "fetch", async () => ({ ok: true, json: async () => ({ now: now() + aheadMs }) }));
  const delay = new PictureDelay();
  assert.equal(delay.measure(now()), null); // the camera's clock is unknown
  assert.equal(await delay.synchronize(), true);
  assert.equal(await delay.synchronize(), false); // known for a while
  assert.ok(Math.abs(delay.measure(now() + aheadMs - 200) - 200) < 50);
  assert.equal(delay.measure(null), null);
  assert.equal(delay.measure(now() - 90_000), null); // another clock's
  assert.equal(await delay.synchronize(), true); // after such a jump
});

test("values in words", () => {
  const cases = [[0, "0 kbit/s"], [350_400, "350 kbit/s"], [2_345_678, "2.35 Mbit/s"], [20_900_000, "20.9 Mbit/s"]];
  for (const [bits, words] of cases) assert.equal(bitRate(bits), words);
  const times = [[-3, "0 ms"], [7.4, "7 ms"], [999.4, "999 ms"], [1500, "1.5 s"], [15_000, "15 s"]];
  for (const [milliseconds, words] of times) assert.equal(duration(milliseconds), words);
});
