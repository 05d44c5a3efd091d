// Time scale of the timeline: the visible part of a day, its ticks, and the recording at a time. Times are
// milliseconds since the epoch, a view is { from, to }.

import { offsetAt } from "./time_words.js";

export const SHORTEST_MS = 60_000; // milliseconds of the shortest view

const STEPS = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 10_800, 21_600].map((seconds) => seconds * 1000);

/** View of 1/`factor` of the time, with `at` in the same position; within `bounds`. */
export function zoomed(view, bounds, factor, at) {
  const length = Math.min(bounds.to - bounds.from, Math.max(SHORTEST_MS, (view.to - view.from) / factor));
  const part = (at - view.from) / (view.to - view.from);
  return within({ from: at - part * length, to: at + (1 - part) * length }, bounds);
}

/** View of the same length that begins `by` later. */
export function moved(view, bounds, by) {
  return within({ from: view.from + by, to: view.to + by }, bounds);
}

/** View that shows `at`: the same one, or one centred on it. */
export function following(view, bounds, at) {
  if (at >= view.from && at <= view.to) return view;
  return moved(view, bounds, at - (view.from + view.to) / 2);
}

function within(view, bounds) {
  const over = Math.max(0, bounds.from - view.from) - Math.max(0, view.to - bounds.to);
  return { from: Math.max(bounds.from, view.from + over), to: Math.min(bounds.to, view.to + over) };
}

export const positionOf = (time, view, width) => ((time - view.from) / (view.to - view.from)) * width;
export const timeAt = (position, view, width) => view.from + (position / width) * (view.to - view.from);

/** Round local times in a view, at least `space` pixels apart: { step, times }. */
export function ticks(view, width, offsets, space = 64) {
  const least = ((view.to - view.from) / width) * space;
  const step = STEPS.find((one) => one >= least) ?? STEPS.at(-1);
  const times = [];
  const offset = offsetAt(view.from, offsets) * 1000;
  for (let time = Math.ceil((view.from + offset) / step) * step - offset; time <= view.to; time += step) {
    // a change of the clock moves round times
    const shift = (offset - offsetAt(time, offsets) * 1000) % step;
    times.push(time + shift);
  }
  return { step, times: times.filter((time) => time >= view.from && time <= view.to) };
}

/** Step of the arrow keys: a sixtieth of the view, rounded to a usual interval. */
export function keyStep(view) {
  return STEPS.findLast((one) => one <= (view.to - view.from) / 60) ?? STEPS[0];
}

/** Pieces of time to draw: [{ left, width }] in pixels; adjacent ones are merged. */
export function bars(pieces, view, width) {
  const found = [];
  for (const { start, end } of pieces) {
    if (end < view.from || start > view.to) continue;
    const left = Math.max(0, positionOf(start, view, width));
    const right = Math.min(width, Math.max(positionOf(end, view, width), left + 1));
    const last = found.at(-1);
    if (last && left <= last.left + last.width + 1) last.width = Math.max(last.width, right - last.left);
    else found.push({ left, width: right - left });
  }
  return found;
}

const playable = (one) => !one.writing;

/** The recording at a time, preferably a continuous one; null for a gap. */
export function recordingAt(recordings, time) {
  const holding = recordings.filter((one) => playable(one) && one.start <= time && time < Math.max(one.end, one.start + 1000));
  return holding.find((one) => one.dir === "record") ?? holding[0] ?? null;
}

/** Playback position of a time, or the next one after it: { recording, at }; null if none exists. */
export function playedAt(recordings, time) {
  const found = recordingAt(recordings, time);
  if (found) return { recording: found, at: time };
  const later = recordings.filter((one) => playable(one) && one.start >= time);
  const next = later.reduce((first, one) => (first && first.start <= one.start ? first : one), null);
  return next && { recording: next, at: next.start };
}

const SEAM = 500; // largest overlap of consecutive recordings, in milliseconds

/** Playback position after a recording: { recording, at }; gaps are skipped; null at the end. */
export function playedAfter(recordings, current) {
  const others = recordings.filter((one) => one !== current && (one.name !== current.name || one.dir !== current.dir) && one.end - current.end > SEAM);
  return playedAt(others.filter((one) => !one.name.endsWith(".jpg")), current.end);
}

/** Playback position before a recording: { recording, at } at its end; null at the beginning. */
export function playedBefore(recordings, current) {
  const earlier = recordings.filter((one) => playable(one) && !one.name.endsWith(".jpg") && one.start < current.start - SEAM);
  const last = earlier.reduce((best, one) => (best && best.end >= one.end ? best : one), null);
  return last && { recording: last, at: Math.min(last.end, current.start) };
}
