// What the page of recordings makes of the camera's answers: words, and what is selected.

import assert from "node:assert/strict";
import { test } from "node:test";

const load = (name) => import(`${process.env.MODULES}/recordings/${name}.js`);
const { fromAddress } = await load("recordings");
const { byHour } = await load("recording_list");
const { clockWords, dayBeside, dayWords, lastsWords, lengthWords, timeOf } = await load("time_words");
const { inRange, planWords } = await load("range_tools");
const { troubleWords } = await load("card_panel");

const HOUR = 3_600_000;
const BEGIN = Date.UTC(2026, 9, 24, 22); // midnight in Berlin before the clock is put back
const BACK = [[BEGIN, 7200], [BEGIN + 3 * HOUR, 3600]];
const FORTH = [[0, 3600], [2 * HOUR - HOUR, 7200]]; // midnight is at -1 h

test("lengths in words", () => {
  assert.deepEqual([0.4, 7.4, 59.6, 3723].map(lengthWords), ["0:00", "0:07", "1:00", "1:02:03"]);
});

test("days in words", () => {
  assert.equal(dayWords("2026-03-01", "2026-03-01"), "Today");
  assert.equal(dayWords("2026-02-28", "2026-03-01"), "Yesterday");
  assert.match(dayWords("2026-02-27", "2026-03-01"), /Fri,? 27 Feb/);
  assert.match(dayWords("2025-12-31", "2026-03-01"), /2025/);
  assert.equal(dayWords("2026-03-29", "2026-03-30"), "Yesterday"); // the clock is put forward that night
  assert.deepEqual([dayBeside("2026-03-01", -1), dayBeside("2026-12-31", 1)], ["2026-02-28", "2027-01-01"]);
});

test("the camera's clock, whatever the browser's zone", () => {
  assert.equal(clockWords(BEGIN, BACK), "00:00:00");
  assert.equal(clockWords(BEGIN + 2.5 * HOUR, BACK, false), "02:30");
  assert.equal(clockWords(BEGIN + 3.5 * HOUR, BACK, false), "02:30"); // the hour that the clock shows twice
  assert.equal(clockWords(BEGIN + 4 * HOUR, BACK), "03:00:00");
});

test("a time that is typed", () => {
  assert.equal(timeOf("02:30", BEGIN, BACK), BEGIN + 2.5 * HOUR); // the first of both
  assert.equal(timeOf("03:00:05", BEGIN, BACK), BEGIN + 4 * HOUR + 5000);
  assert.equal(timeOf("02:30", -HOUR, FORTH), null); // the hour that the clock leaves out
  assert.equal(timeOf("03:30", -HOUR, FORTH), 1.5 * HOUR);
  for (const text of ["", "3:00", "noon", "25:00"]) assert.equal(timeOf(text, BEGIN, BACK), null);
});

test("many are put together by hour, newest first", () => {
  const list = Array.from({ length: 30 }, (_, n) => ({ start: (n < 20 ? 8 : 9) * HOUR + n * 60_000 }));
  const offsets = [[0, 0]];
  assert.deepEqual(byHour(list, offsets).map(([hour, recordings]) => [hour, recordings.length]), [["09:00", 10], ["08:00", 20]]);
  assert.equal(byHour(list, offsets)[0][1][0], list[29]);
  assert.deepEqual(byHour(list.slice(0, 3), offsets).map(([hour, recordings]) => [hour, recordings.length]), [["", 3]]);
});

test("an address can ask for a recording", () => {
  const name = "5MP_IP-BOX-01312026-120000.avi";
  assert.deepEqual({ ...fromAddress(`#event/${name}`) }, { dir: "event", name, day: "2026-01-31" });
  for (const hash of ["", "#", `#other/${name}`, "#event/../x-01312026-120000.avi", `#event/${name}x`]) assert.equal(fromAddress(hash), null);
});

test("content of an export", () => {
  const plan = { start: BEGIN, end: BEGIN + HOUR, seconds: 1800, gaps: [[BEGIN + 10_000, BEGIN + 1_810_000]], size: 2_000_000, encoded: "" };
  assert.equal(planWords(plan, BACK), "00:00:00 to 01:00:00  ·  30:00 long  ·  1 gap left out (30:00)  ·  about 2.0 MB");
  assert.match(planWords({ ...plan, gaps: [], encoded: "recordings are in MJPEG" }, BACK), /long {2}· {2}converted to H.264, because recordings are in MJPEG$/);
});

test("recordings that a range overlaps", () => {
  const one = (start, end, more = {}) => ({ start, end, dir: "record", writing: false, ...more });
  const list = [one(0, 10), one(10, 20), one(12, 14, { dir: "event" }), one(20, 30, { writing: true })];
  assert.deepEqual(inRange(list, { from: 10, to: 21 }, ""), { ended: [list[1], list[2]], writing: [list[3]] });
  assert.deepEqual(inRange(list, { from: 10, to: 21 }, "event"), { ended: [list[2]], writing: [] });
});

test("how long a card lasts", () => {
  const card = { free: 60e9, recordings: 40e9, per_day: 10e9, recycles: true };
  assert.equal(lastsWords(card), "At 10 GB per day it keeps the last 10 days");
  assert.equal(lastsWords({ ...card, recycles: false }), "At 10 GB per day it is full in 6 days");
  assert.match(lastsWords({ ...card, per_day: 1e8 }), /the last 3 years$/);
  assert.match(lastsWords({ ...card, per_day: 1e12, recycles: false }), /full in an hour or two$/);
  assert.equal(lastsWords({ ...card, per_day: 0 }), "");
});

test("every state of the card but one has a message", () => {
  for (const state of ["no slot", "none", "read-only", "reading", "full", "formatting"]) assert.match(troubleWords(state), /^(The|This|No) .+\.$/);
  assert.equal(troubleWords("ready"), "");
  assert.equal(troubleWords("faulty", "the card does not respond"), "The SD card is faulty: the card does not respond. The camera tries again.");
});
