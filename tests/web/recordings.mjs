// What the page of recordings makes of the camera's list.

import assert from "node:assert/strict";
import { test } from "node:test";

const { byHour, dayWords, fromAddress, lengthWords, secondsOf, showing, sizeWords } = await import(`${process.env.MODULES}/recordings/recordings.js`);

const one = (at, seconds, dir = "record", more = {}) => ({ at, seconds, dir, name: `${dir}-${at}`, writing: false, ...more });

test("times, lengths and sizes in words", () => {
  assert.equal(secondsOf("01:02:03"), 3723);
  assert.deepEqual([0.4, 7.4, 59.6, 3723].map(lengthWords), ["0:00", "0:07", "1:00", "1:02:03"]);
  assert.deepEqual([100, 1500, 1_400_000, 45_000_000, 1e10].map(sizeWords), ["0.1 KB", "1.5 KB", "1.3 MB", "43 MB", "9.3 GB"]);
});

test("days as people call them", () => {
  assert.equal(dayWords("2026-03-01", "2026-03-01"), "Today");
  assert.equal(dayWords("2026-02-28", "2026-03-01"), "Yesterday");
  assert.match(dayWords("2026-02-27", "2026-03-01"), /Fri,? 27 Feb/);
  assert.match(dayWords("2025-12-31", "2026-03-01"), /2025/);
  assert.equal(dayWords("2026-03-29", "2026-03-30"), "Yesterday"); // the clock is put forward that night
});

test("a click on the strip finds what was recorded then", () => {
  const list = [one("01:00:00", 180), one("01:03:00", 180), one("01:04:00", 10, "event"), one("02:00:00", 60, "record", { writing: true })];
  assert.deepEqual(showing(list, 3600 + 30), { recording: list[0], offset: 30 });
  assert.deepEqual(showing(list, 3600 + 245), { recording: list[2], offset: 5 });
  assert.deepEqual(showing(list, 0), { recording: list[0], offset: 0 });
  assert.equal(showing(list, 7200), null);
  assert.equal(showing([], 7200), null);
});

test("many are put together by hour, newest first", () => {
  const list = Array.from({ length: 30 }, (_, n) => one(`${String(Math.floor(n / 20) + 8).padStart(2, "0")}:${n % 20 + 10}:00`, 60));
  assert.deepEqual(byHour(list).map(([hour, recordings]) => [hour, recordings.length]), [["09:00", 10], ["08:00", 20]]);
  assert.equal(byHour(list)[0][1][0], list[29]);
  assert.deepEqual(byHour(list.slice(0, 3)).map(([hour, recordings]) => [hour, recordings.length]), [["", 3]]);
});

test("an address can ask for a recording", () => {
  const name = "5MP_IP-BOX-01312026-120000.avi";
  assert.deepEqual({ ...fromAddress(`#event/${name}`) }, { dir: "event", name, day: "2026-01-31" });
  for (const hash of ["", "#", `#other/${name}`, "#event/../x-01312026-120000.avi", `#event/${name}x`]) assert.equal(fromAddress(hash), null);
});
