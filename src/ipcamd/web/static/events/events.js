// Events page: the event log, one card per day.

import { cameraUrl } from "../shared/camera_url.js";

const FEW = 200; // entries that are shown at first
const MOST = 10_000; // entries that the camera keeps

/** Turn JSON lines into entries, newest first, with the camera's own day and time: { time, day, clock, what, schedule, done, failed }. */
export function parse(lines) {
  return lines
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .map((entry) => ({ ...entry, day: entry.time.slice(0, 10), clock: entry.time.slice(11, 19) }));
}

/** Put entries of one day together: [[title, entries], ...], in the order given; `today` is "2026-01-31". */
export function byDay(entries, today) {
  const days = new Map();
  for (const entry of entries) {
    if (!days.has(entry.day)) days.set(entry.day, []);
    days.get(entry.day).push(entry);
  }
  return [...days].map(([day, of]) => [dayName(day, today), of]);
}

function dayName(day, today) {
  const name = new Date(`${day}T12:00`).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  return day === today ? `Today, ${name}` : name;
}

/** Description of an event: "motion 1" is "Motion in window 1". */
export function spelled(what) {
  const [kind, detail] = what.split(" ");
  if (kind === "motion") return detail ? `Motion in window ${detail}` : "Motion";
  if (/^di[12]$/.test(kind) && detail) return `Input ${kind[2]} went ${detail}`;
  if (what === "time") return "Schedule started";
  if (kind === "sdcard") return `SD card ${detail}`;
  return what.charAt(0).toUpperCase() + what.slice(1);
}

/** Split the outcome around the name of the clip on the SD card: [text, name, text]; [text] if there is none. */
export function aroundClip(done) {
  return done.split(/([\w.-]+\.(?:avi|jpg))(?=(?: and \d+ more)? for [^;]*\bthe SD card\b)/);
}

function clip(name) {
  const link = made("a", "", name);
  link.href = `recordings#event/${name}`;
  return link;
}

function made(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

function row(entry) {
  const line = made("div", "row");
  const time = made("time", "", entry.clock);
  time.dateTime = entry.time;
  const what = made("div", "what", spelled(entry.what));
  if (entry.schedule) what.append(made("span", "schedule", entry.schedule));
  const outcome = made("div", "outcome");
  if (entry.done) {
    const done = made("div", "done");
    done.append(...aroundClip(entry.done).map((part, index) => (index % 2 ? clip(part) : part)));
    outcome.append(done);
  }
  if (entry.failed) outcome.append(made("div", "failed", entry.failed));
  line.append(time, what, outcome);
  return line;
}

function empty(title, words) {
  const card = made("div", "card empty");
  card.append(made("strong", "", title), words);
  return card;
}

function older(place, count) {
  const button = made("button", "button older", "Older events");
  button.addEventListener("click", () => load(place, Math.min(count * 5, MOST)));
  return button;
}

async function load(place, count = FEW) {
  try {
    const answer = await fetch(cameraUrl("cgi/admin/eventlog.cgi", { format: "json", count }));
    if (!answer.ok) throw new Error(`the camera answered ${answer.status}`);
    const entries = parse(await answer.text());
    const days = byDay(entries, new Date().toLocaleDateString("sv"));
    place.replaceChildren(
      ...days.map(([title, entries]) => {
        const card = made("section", "card");
        card.append(made("h3", "", title), ...entries.map(row));
        return card;
      }),
    );
    if (entries.length === count && count < MOST) place.append(older(place, count));
    if (!days.length) place.append(empty("No events yet", "Schedules define which events are recorded and reported."));
  } catch (error) {
    place.replaceChildren(empty("The list could not be loaded", String(error.message ?? error)));
  }
}

if (globalThis.document) {
  const place = document.getElementById("days");
  document.getElementById("again").addEventListener("click", () => load(place));
  load(place);
}
