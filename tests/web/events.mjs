import assert from "node:assert/strict";
import test from "node:test";

const { byDay, describeLabel, describeLength, describeTimes, mergePages } = await import(`${process.env.MODULES}/events/event_words.js`);

test("events of one day form a group, and today is labelled", () => {
  const days = byDay([{ started: "2026-11-22T23:00:00+15:00" }, { started: "2026-11-22T01:00:00+15:00" }, { started: "2026-11-20T00:00:00+15:00" }], "2026-11-22");
  assert.deepEqual(days.map(([title, events]) => [title, events.length]), [["Today, Sunday, 22 November 2026", 2], ["Friday, 20 November 2026", 1]]);
});

test("an event is described in words", () => {
  assert.equal(describeLabel("motion 2"), "Motion in window 2");
  assert.equal(describeLabel("di2 low"), "Input 2 low");
  assert.equal(describeLabel("time"), "Time of a schedule");
  assert.equal(describeLabel("sdcard removed"), "SD card removed");
  assert.equal(describeLabel("recording stopped"), "Recording stopped");
});

test("an event has its times by the camera's clock, and its length", () => {
  const started = "2026-11-22T01:40:24+15:00";
  assert.equal(describeTimes({ started, ended: null, seconds: null }), "since 01:40:24");
  assert.equal(describeTimes({ started, ended: "2026-11-22T01:40:50+15:00", seconds: 26 }), "01:40:24 to 01:40:50");
  assert.equal(describeTimes({ started, ended: started, seconds: 0 }), "01:40:24");
  assert.deepEqual([5.4, 60, 200, 7200, 7500].map(describeLength), ["5 s", "1 min", "3 min 20 s", "2 h", "2 h 5 min"]);
});

test("the newest page goes before the older ones that are shown", () => {
  const [a, b, c, d] = [1, 2, 3, 4].map((id) => ({ id }));
  assert.deepEqual(mergePages([d, c], [c, b, a]), [d, c, b, a]);
  assert.deepEqual(mergePages([d, c], [b, a]), [d, c]); // there may be others between them
  assert.deepEqual(mergePages([], [b, a]), []);
});
