import assert from "node:assert/strict";
import test from "node:test";
import { byDay, parse, spelled } from "../../src/ipcamd/web/static/events.js";

test("lines become entries, newest first as they come", () => {
  const entries = parse('{"moment": 1795344024282102827, "what": "di1 high", "schedule": "in", "done": "x", "failed": ""}\n\n');
  assert.equal(entries.length, 1);
  assert.equal(entries[0].when.toISOString(), "2026-11-22T10:40:24.282Z");
  assert.equal(entries[0].schedule, "in");
});

test("entries of one day stand together, and today is called so", () => {
  const day = (text) => ({ when: new Date(text) });
  const days = byDay([day("2026-11-22T12:00"), day("2026-11-22T08:00"), day("2026-11-20T12:00")], new Date("2026-11-22T13:00"));
  assert.deepEqual(days.map(([title, entries]) => [title.startsWith("Today"), entries.length]), [[true, 2], [false, 1]]);
});

test("what happened is said in words", () => {
  assert.equal(spelled("motion 2"), "Motion in window 2");
  assert.equal(spelled("di2 low"), "Input 2 went low");
  assert.equal(spelled("time"), "Schedule's time began");
  assert.equal(spelled("sdcard full"), "Sdcard full");
});
