// Times and lengths in words, in the camera's local time.

import { sizeWords } from "../size/size_words.js";

const DAY_MS = 86_400_000; // milliseconds

/** The camera's clock at `time` (milliseconds since the epoch) as "14:03:22"; `offsets` from the camera: [[from, seconds], ...]. */
export function clockWords(time, offsets, seconds = true) {
  const local = new Date(time + offsetAt(time, offsets) * 1000).toISOString();
  return local.slice(11, seconds ? 19 : 16);
}

/** Seconds that the camera's clock is ahead of UTC at `time`. */
export function offsetAt(time, offsets) {
  return (offsets.findLast(([from]) => from <= time) ?? offsets[0])[1];
}

/** Time of "14:03" or "14:03:22" on the day that starts at `start`; null for other texts, and for a time that daylight saving skips. */
export function timeOf(text, start, offsets) {
  const found = /^(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (!found) return null;
  const wanted = text.length === 5 ? `${text}:00` : text;
  const since = (Number(found[1]) * 60 + Number(found[2])) * 60_000 + Number(found[3] ?? 0) * 1000;
  const first = offsets[0][1];
  const moments = offsets.map(([, offset]) => start + since + (first - offset) * 1000);
  return moments.find((moment) => clockWords(moment, offsets) === wanted) ?? null;
}

/** 7 → "0:07", 3723 → "1:02:03". */
export function lengthWords(seconds) {
  const whole = Math.round(seconds);
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** "2026-01-31" as a readable date, relative to `today`. */
export function dayWords(day, today) {
  const date = new Date(`${day}T12:00`);
  const ago = Math.round((new Date(`${today}T12:00`) - date) / DAY_MS);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  const year = day.slice(0, 4) === today.slice(0, 4) ? undefined : "numeric";
  return date.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", year });
}

/** The day before or after one: "2026-03-01", -1 → "2026-02-28". */
export function dayBeside(day, days) {
  return new Date(Date.parse(`${day}T12:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Describe the recording time of a card; `state` from the camera; "" if nothing is recorded. */
export function lastsWords({ free, recordings, per_day: perDay, recycles }) {
  if (!perDay) return "";
  const days = (recycles ? free + recordings : free) / perDay;
  const [number, unit] = [[days / 365, "years"], [days / 30, "months"], [days, "days"], [days * 24, "hours"]].find(([one]) => one >= 1.95) ?? [0];
  const words = unit ? `${Math.round(number)} ${unit}` : "hour or two";
  const rate = `At ${sizeWords(perDay)} per day`;
  return recycles ? `${rate} it keeps the last ${words}` : `${rate} it is full in ${unit ? words : `an ${words}`}`;
}

export function counted(number, word) {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
