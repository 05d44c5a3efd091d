// Drag in the week of a schedule: what drawing, dragging and keys change, in steps of 15 minutes.

import { DAY } from "./week.js";

export const DRAG_STEP = 15; // minutes per step of dragging and arrow keys; also the minimum length

/** Set the hours, and enable this day. Less than a step is a tap, which only enables the day. @returns {import("./week.js").Week} */
export function draw(week, day, one, other) {
  const [from, to] = [snap(Math.min(one, other)), snap(Math.max(one, other))];
  const days = week.days.with(day, true);
  return to - from < DRAG_STEP ? { ...week, days } : { days, start: from, length: to - from };
}

/** Shift the hours of all days. @returns {import("./week.js").Week} */
export function shift(week, minutes, step = DRAG_STEP) {
  if (week.length === DAY) return week;
  return { ...week, start: clamp(snap(week.start + minutes, step), 0, DAY - step) };
}

/** Move one day's block to another day. @returns {import("./week.js").Week} */
export function moveDay(week, from, to) {
  return { ...week, days: week.days.with(from, false).with(to, true) };
}

/** @param {"start" | "end"} edge @returns {import("./week.js").Week} */
export function resize(week, edge, minutes, step = DRAG_STEP) {
  const end = week.start + week.length;
  if (edge === "start") {
    const start = clamp(snap(week.start + minutes, step), 0, Math.max(0, end - step));
    return { ...week, start, length: Math.min(DAY, end - start) };
  }
  const length = snap(end + minutes, step) - week.start;
  return { ...week, length: clamp(length, step, DAY) };
}

/** @returns {import("./week.js").Week} */
export function removeDay(week, day) {
  return { ...week, days: week.days.with(day, false) };
}

function snap(minute, step = DRAG_STEP) {
  return Math.round(minute / step) * step;
}

function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}
