// The week of a schedule: what its fields say, and what drawing, dragging and keys do to it.

import assert from "node:assert/strict";
import { test } from "node:test";

const { blocksOf, describeDays, describeHours, readWeek, writeWeek } = await import(`${process.env.MODULES}/events/week.js`);
const { draw, moveDay, removeDay, resize, shift } = await import(`${process.env.MODULES}/events/week_drag.js`);

const NONE = { Monday: "0", Tuesday: "0", Wednesday: "0", Thursday: "0", Friday: "0", Saturday: "0", Sunday: "0" };

function fields(days, from, to, status = "1") {
  const [startHour, startMin, endHour, endMin] = [...from.split(":"), ...to.split(":")].map((part) => String(Number(part)));
  const on = Object.fromEntries(days.map((day) => [day, "1"]));
  return { ...NONE, ...on, ScheduleTimeStatus: status, ScheduleTimeStartHour: startHour, ScheduleTimeStartMin: startMin, ScheduleTimeEndHour: endHour, ScheduleTimeEndMin: endMin };
}

const OFFICE = fields(["Monday", "Tuesday"], "8:00", "16:59");
const NIGHT = fields(["Sunday"], "21:00", "6:29");

test("fields and week are each other's inverse, the end being an inclusive minute", () => {
  assert.deepEqual([readWeek(OFFICE).start, readWeek(OFFICE).length], [480, 540]);
  for (const one of [OFFICE, NIGHT, fields(["Friday"], "5:00", "4:59"), fields(["Friday"], "7:07", "7:07")]) assert.deepEqual(writeWeek(readWeek(one)), one);
  assert.deepEqual(writeWeek(readWeek(fields(["Monday"], "3:00", "4:00", "0"))), fields(["Monday"], "0:00", "23:59", "0"));
});

test("a block beyond midnight has a tail on the next day", () => {
  assert.deepEqual(blocksOf(readWeek(OFFICE)).map(({ day, from, to }) => [day, from, to]), [[0, 480, 1020], [1, 480, 1020]]);
  assert.deepEqual(blocksOf(readWeek(NIGHT)).map(({ day, owner, from, to, isTail }) => [day, owner, from, to, isTail]), [[6, 6, 1260, 1440, false], [0, 6, 0, 390, true]]);
});

test("drawing sets the hours of all days, a tap adds the day", () => {
  assert.deepEqual(writeWeek(draw(readWeek(OFFICE), 4, 910, 602)), fields(["Monday", "Tuesday", "Friday"], "10:00", "15:14"));
  assert.deepEqual(writeWeek(draw(readWeek(OFFICE), 4, 600, 603)), fields(["Monday", "Tuesday", "Friday"], "8:00", "16:59"));
  assert.deepEqual(writeWeek(draw(readWeek(OFFICE), 0, 0, 1440)).ScheduleTimeStatus, "0");
});

test("a block is moved within the day, and to another one", () => {
  assert.deepEqual(writeWeek(shift(readWeek(OFFICE), -58)), fields(["Monday", "Tuesday"], "7:00", "15:59"));
  assert.equal(shift(readWeek(OFFICE), 5000).start, 1425);
  assert.equal(shift(readWeek(OFFICE), -5000).start, 0);
  assert.deepEqual(writeWeek(moveDay(readWeek(OFFICE), 1, 3)), fields(["Monday", "Thursday"], "8:00", "16:59"));
  assert.deepEqual(writeWeek(removeDay(readWeek(OFFICE), 1)), fields(["Monday"], "8:00", "16:59"));
  const always = readWeek(fields(["Monday"], "0:00", "23:59", "0"));
  assert.equal(shift(always, 60), always);
});

test("edges keep a step between them, and a day is the longest", () => {
  assert.deepEqual(writeWeek(resize(readWeek(OFFICE), "end", 61)), fields(["Monday", "Tuesday"], "8:00", "17:59"));
  assert.deepEqual(writeWeek(resize(readWeek(OFFICE), "start", 61)), fields(["Monday", "Tuesday"], "9:00", "16:59"));
  assert.equal(resize(readWeek(OFFICE), "end", -5000).length, 15);
  assert.equal(resize(readWeek(OFFICE), "start", 5000).length, 15);
  assert.deepEqual(writeWeek(resize(readWeek(OFFICE), "end", 5000)), fields(["Monday", "Tuesday"], "8:00", "7:59"));
  assert.deepEqual(writeWeek(resize(readWeek(OFFICE), "end", 1, 1)), fields(["Monday", "Tuesday"], "8:00", "17:00"));
  assert.deepEqual(writeWeek(resize(readWeek(NIGHT), "end", -30)), fields(["Sunday"], "21:00", "5:59"));
});

test("a week is described in words", () => {
  assert.equal(describeHours(readWeek(NIGHT)), "21:00 to 06:29 on the next day");
  assert.equal(describeHours(readWeek({ ...NIGHT, ScheduleTimeStatus: "0" })), "all day");
  const said = (...days) => describeDays(readWeek(fields(days, "8:00", "9:00")));
  assert.equal(said("Monday", "Tuesday", "Wednesday"), "Monday to Wednesday");
  assert.equal(said("Monday", "Wednesday"), "Monday, Wednesday");
  assert.equal(said(), "on no day");
  assert.equal(said(...Object.keys(NONE).filter((day) => day !== "Wednesday")), "every day but Wednesday");
});
