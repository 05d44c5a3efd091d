import assert from "node:assert/strict";
import test from "node:test";
import { aroundClip, byDay, parse, spelled } from "../../src/ipcamd/web/static/events/events.js";

test("lines become entries, newest first as they come, by the camera's clock", () => {
  const entries = parse('{"time": "2026-11-23T01:40:24+15:00", "moment": 1795344024282102827, "what": "di1 high", "schedule": "in", "done": "x", "failed": ""}\n\n');
  assert.equal(entries.length, 1);
  assert.deepEqual([entries[0].day, entries[0].clock], ["2026-11-23", "01:40:24"]);
  assert.equal(entries[0].schedule, "in");
});

test("entries of one day stand together, and today is called so", () => {
  const days = byDay([{ day: "2026-11-22" }, { day: "2026-11-22" }, { day: "2026-11-20" }], "2026-11-22");
  assert.deepEqual(days.map(([title, entries]) => [title.replace(/^(.*day),/, "$1"), entries.length]), [["Today, Sunday 22 November 2026", 2], ["Friday 20 November 2026", 1]]);
});

test("what happened is said in words", () => {
  assert.equal(spelled("motion 2"), "Motion in window 2");
  assert.equal(spelled("di2 low"), "Input 2 went low");
  assert.equal(spelled("time"), "Schedule started");
  assert.equal(spelled("sdcard removed"), "SD card removed");
  assert.equal(spelled("recording stopped"), "Recording stopped");
});

test("a clip on the card is found in what was done", () => {
  const name = "5MP_IP-BOX-01312026-120000.avi";
  assert.deepEqual(aroundClip(`${name} for FTP, the SD card`), ["", name, " for FTP, the SD card"]);
  assert.deepEqual(aroundClip("a-1.jpg and 10 more for mail, the SD card"), ["", "a-1.jpg", " and 10 more for mail, the SD card"]);
  assert.deepEqual(aroundClip(`${name} for FTP; b.avi for the SD card`), [`${name} for FTP; `, "b.avi", " for the SD card"]);
  assert.deepEqual(aroundClip(`${name} for FTP`), [`${name} for FTP`]);
});
