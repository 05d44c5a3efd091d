// The timeline's arithmetic: zoom, ticks, blocks, and what is played at a moment.

import assert from "node:assert/strict";
import { test } from "node:test";

const scale = await import(`${process.env.MODULES}/recordings/time_scale.js`);
const { bars, following, keyStep, moved, playedAfter, playedAt, playedBefore, positionOf, recordingAt, SHORTEST_MS, ticks, timeAt, zoomed } = scale;

const HOUR = 3_600_000;
const day = { from: 0, to: 24 * HOUR };
const utc = [[0, 0]];
const one = (start, end, more = {}) => ({ start, end, dir: "record", name: `${more.dir ?? "record"}-${start}.avi`, writing: false, ...more });

test("zooming keeps the moment under the pointer where it is", () => {
  const view = zoomed(day, day, 4, 6 * HOUR);
  assert.deepEqual(view, { from: 4.5 * HOUR, to: 10.5 * HOUR });
  assert.equal(positionOf(6 * HOUR, view, 1000), positionOf(6 * HOUR, day, 1000));
  assert.equal(timeAt(positionOf(7 * HOUR, view, 1000), view, 1000), 7 * HOUR);
});

test("from a day to a minute and back, never beyond the day", () => {
  let view = day;
  for (let n = 0; n < 40; n += 1) view = zoomed(view, day, 2, 23.99 * HOUR);
  assert.equal(Math.round(view.to - view.from), SHORTEST_MS);
  assert.ok(view.from >= 0 && view.to <= day.to);
  for (let n = 0; n < 40; n += 1) view = zoomed(view, day, 0.5, 23.99 * HOUR);
  assert.deepEqual([Math.round(view.from), Math.round(view.to)], [0, 24 * HOUR]);
  assert.deepEqual(zoomed({ from: HOUR, to: 2 * HOUR }, day, 0, HOUR), day);
});

test("moving ends at midnight", () => {
  assert.deepEqual(moved({ from: HOUR, to: 2 * HOUR }, day, -5 * HOUR), { from: 0, to: HOUR });
  assert.deepEqual(moved({ from: HOUR, to: 2 * HOUR }, day, 50 * HOUR), { from: 23 * HOUR, to: 24 * HOUR });
  assert.deepEqual(moved(day, day, HOUR), day);
});

test("the view follows what is played", () => {
  const view = { from: HOUR, to: 2 * HOUR };
  assert.equal(following(view, day, 1.5 * HOUR), view);
  assert.deepEqual(following(view, day, 3 * HOUR), { from: 2.5 * HOUR, to: 3.5 * HOUR });
});

test("ticks are round local times with room between them", () => {
  const { step, times } = ticks(day, 1200, utc);
  assert.equal(step, 2 * HOUR);
  assert.equal(times.length, 13);
  const india = [[0, 19_800]]; // half past, by the world's clock
  assert.ok(ticks(day, 1200, india).times.every((time) => (time + 19_800_000) % (2 * HOUR) === 0));
  assert.equal(ticks({ from: 0, to: 60_000 }, 700, utc).step, 10_000);
});

test("ticks on the day when the clock is put back", () => {
  const back = [[-2 * HOUR, 7200], [HOUR, 3600]];
  const { times } = ticks({ from: -2 * HOUR, to: 23 * HOUR }, 3000, back);
  for (const time of times) assert.equal((time + (time < HOUR ? 7_200_000 : 3_600_000)) % HOUR, 0);
});

test("arrow keys step with the zoom", () => {
  assert.equal(keyStep(day), 600_000);
  assert.equal(keyStep({ from: 0, to: 60_000 }), 1000);
  assert.ok(keyStep({ from: 0, to: HOUR }) <= 60_000);
});

test("blocks that touch become one, gaps stay", () => {
  const pieces = [one(0, HOUR), one(HOUR, 2 * HOUR), one(4 * HOUR, 5 * HOUR), one(30 * HOUR, 31 * HOUR)];
  assert.deepEqual(bars(pieces, day, 2400), [{ left: 0, width: 200 }, { left: 400, width: 100 }]);
  assert.equal(bars([one(HOUR, HOUR)], day, 240)[0].width, 1); // never less than a pixel
  const many = Array.from({ length: 5000 }, (_, n) => one(n * 17_000, n * 17_000 + 1000));
  assert.ok(bars(many, day, 300).length <= 300);
});

test("recording that contains a moment", () => {
  const list = [one(0, 100_000), one(50_000, 60_000, { dir: "event" }), one(150_000, 160_000, { dir: "event" }), one(200_000, 300_000, { writing: true })];
  assert.equal(recordingAt(list, 55_000), list[0]);
  assert.equal(recordingAt(list, 155_000), list[2]);
  assert.equal(recordingAt(list, 120_000), null);
  assert.equal(recordingAt(list, 250_000), null); // it is being written
  assert.deepEqual(playedAt(list, 120_000), { recording: list[2], at: 150_000 });
  assert.equal(playedAt(list, 170_000), null);
});

test("playing goes on in time: through what follows, over gaps, never back", () => {
  const list = [one(0, 100_000), one(90_000, 130_000, { dir: "event" }), one(99_900, 200_000), one(500_000, 600_000)];
  assert.deepEqual(playedAfter(list, list[0]), { recording: list[2], at: 100_000 });
  assert.deepEqual(playedAfter(list, list[2]), { recording: list[3], at: 500_000 });
  assert.equal(playedAfter(list, list[3]), null);
  const pictures = [one(0, 10_000), one(20_000, 20_000, { name: "a.jpg" }), one(30_000, 40_000)];
  assert.equal(playedAfter(pictures, pictures[0]).recording, pictures[2]);
});

test("what comes before ends where the recording begins", () => {
  const list = [one(0, 100_000), one(100_000, 200_000), one(500_000, 600_000)];
  assert.deepEqual(playedBefore(list, list[2]), { recording: list[1], at: 200_000 });
  assert.equal(playedBefore(list, list[0]), null);
});
