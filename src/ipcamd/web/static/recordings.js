// The page of recordings: days, the strip of a day, small pictures.

import { address, Cinema } from "./cinema.js";

const DAY = 86_400; // seconds
const FEW = 24; // recordings that need no titles to be found among
const AGAIN = 15_000; // milliseconds until the list is asked for again

/** Seconds since midnight of "HH:MM:SS". */
export function secondsOf(at) {
  const [hours, minutes, seconds] = at.split(":").map(Number);
  return hours * 3600 + minutes * 60 + seconds;
}

/** 7 → "0:07", 3723 → "1:02:03". */
export function lengthWords(seconds) {
  const whole = Math.round(seconds);
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Bytes for a person: "1.4 MB". */
export function sizeWords(bytes) {
  const units = ["KB", "MB", "GB", "TB"];
  let number = bytes / 1024;
  let unit = 0;
  while (number >= 999.5 && unit < units.length - 1) {
    number /= 1024;
    unit += 1;
  }
  return `${number < 9.95 ? number.toFixed(1) : Math.round(number)} ${units[unit]}`;
}

/** The recording that shows this second of the day, an event before a continuous one; or the next one after it. */
export function showing(recordings, second) {
  const playable = recordings.filter((one) => !one.writing);
  const holds = playable.filter((one) => secondsOf(one.at) <= second && second <= secondsOf(one.at) + one.seconds);
  const found = holds.find((one) => one.dir === "event") ?? holds[0];
  if (found) return { recording: found, offset: second - secondsOf(found.at) };
  const next = playable.find((one) => secondsOf(one.at) >= second);
  return next ? { recording: next, offset: 0 } : null;
}

/** Newest first: [["14:00", recordings of that hour], ...]; few of them stay together, without a title. */
export function byHour(recordings) {
  const newestFirst = [...recordings].reverse();
  if (recordings.length <= FEW) return [["", newestFirst]];
  const hours = new Map();
  for (const one of newestFirst) {
    const hour = `${one.at.slice(0, 2)}:00`;
    hours.set(hour, [...(hours.get(hour) ?? []), one]);
  }
  return [...hours];
}

/** "2026-01-31" as people call it; `today` likewise. */
export function dayWords(day, today) {
  const date = new Date(`${day}T12:00`);
  const ago = Math.round((new Date(`${today}T12:00`) - date) / (DAY * 1000));
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  const year = day.slice(0, 4) === today.slice(0, 4) ? undefined : "numeric";
  return date.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", year });
}

function counted(number, word) {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

function made(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

// ---- the page ----

class Page {
  #answer = null;
  #known = "";
  #day = null;
  #kind = "";
  #cinema = new Cinema({
    others: (recording) => this.#others(recording),
    gone: () => this.load(),
    changed: () => this.#mark(),
  });

  constructor() {
    const track = document.getElementById("track");
    document.getElementById("kinds").addEventListener("change", (event) => this.#choose(event.target.value));
    track.addEventListener("click", (event) => this.#play(this.#second(event)));
    track.addEventListener("pointermove", (event) => this.#point(this.#second(event)));
    track.addEventListener("pointerleave", () => this.#point(null));
    setInterval(() => !document.hidden && this.load(), AGAIN);
    document.addEventListener("visibilitychange", () => !document.hidden && this.load());
  }

  async load() {
    try {
      const query = this.#day ? `?day=${this.#day}` : "";
      const answer = await fetch(new URL(`/web/recordings${query}`, location.origin), { cache: "no-store" });
      if (!answer.ok) throw new Error(`the camera answered ${answer.status}`);
      const text = await answer.text();
      if (text === this.#known) return;
      this.#known = text;
      this.#answer = JSON.parse(text);
      this.#day ??= this.#answer.day;
      this.#draw();
    } catch (error) {
      if (!this.#answer) this.#empty("The list could not be loaded", String(error.message ?? error));
    }
  }

  #choose(kind) {
    this.#kind = kind;
    this.#draw();
  }

  #draw() {
    const { card, days, recordings } = this.#answer;
    this.#space(card);
    document.getElementById("shelf").hidden = days.length === 0;
    if (!card.slot) return this.#empty("This camera has no SD card", "Start it with --sdcard to give it one.");
    if (!card.mounted) return this.#empty("There is no SD card in the camera", "Put one in; the camera goes on by itself.");
    if (!days.length) return this.#empty("Nothing is recorded yet", "A schedule that records to the SD card fills this page.");
    this.#drawDays(days);
    this.#drawStrip(recordings);
    this.#drawFilms(recordings);
    return undefined;
  }

  #space({ mounted, total, free }) {
    const space = document.getElementById("space");
    space.hidden = !mounted;
    const used = total ? 1 - free / total : 0;
    space.classList.toggle("tight", used > 0.9);
    document.getElementById("space-used").style.width = `${(used * 100).toFixed(1)}%`;
    document.getElementById("space-words").textContent = `${sizeWords(free)} of ${sizeWords(total)} free`;
  }

  #drawDays(days) {
    const today = new Date().toLocaleDateString("sv");
    const buttons = [...days].reverse().map(([day, records, events]) => {
      const words = [events && counted(events, "event"), records && counted(records, "film")].filter(Boolean).join(", ");
      const button = made("button", "day", made("strong", "", dayWords(day, today)), made("small", "", words));
      button.type = "button";
      if (day === this.#day) button.setAttribute("aria-current", "date");
      button.addEventListener("click", () => this.#open(day));
      return button;
    });
    document.getElementById("days").replaceChildren(...buttons);
  }

  #open(day) {
    this.#day = day;
    this.load();
  }

  #drawStrip(recordings) {
    const ordered = [...recordings].sort((one, other) => (one.dir === "event") - (other.dir === "event"));
    const bars = ordered.map((one) => {
      const bar = made("i", [one.dir, one.writing && "writing"].filter(Boolean).join(" "));
      bar.style.left = `${(secondsOf(one.at) / DAY) * 100}%`;
      bar.style.width = `${(one.seconds / DAY) * 100}%`;
      bar.dataset.name = `${one.dir}/${one.name}`;
      return bar;
    });
    document.getElementById("track").replaceChildren(...bars);
    this.#mark();
  }

  #mark() {
    const shown = this.#cinema?.shown;
    for (const bar of document.querySelectorAll("#track i")) {
      bar.classList.toggle("seen", Boolean(shown) && bar.dataset.name === `${shown.dir}/${shown.name}`);
    }
  }

  #drawFilms(recordings) {
    const wanted = recordings.filter((one) => !this.#kind || one.dir === this.#kind);
    if (!wanted.length) return this.#empty("Nothing of that kind on this day", "Other days may have some.");
    const groups = byHour(wanted).flatMap(([hour, films]) => [
      made("h3", "hour", hour),
      made("div", "films", ...films.map((one) => this.#film(one))),
    ]);
    document.getElementById("list").replaceChildren(...groups);
    return undefined;
  }

  #film(one) {
    const picture = made("span", "film-picture");
    if (one.writing) picture.append(made("span", "film-now", "Recording now"));
    else picture.append(thumbnail(one));
    if (one.seconds) picture.append(made("span", "film-length", lengthWords(one.seconds)));
    if (one.dir === "event") picture.append(made("span", "film-kind", "Event"));
    const words = made("span", "film-words", made("b", "", one.at), made("span", "", sizeWords(one.size)));
    const button = made("button", "film", picture, words);
    button.type = "button";
    button.disabled = one.writing;
    button.addEventListener("click", () => this.#show(one));
    return button;
  }

  #show(one, seconds = 0) {
    this.#cinema.show(this.#titled(one), seconds);
  }

  #titled(one) {
    const kind = one.dir === "event" ? "Event" : "Continuous recording";
    const day = new Date(`${this.#answer.day}T12:00`).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });
    const about = [kind, one.seconds && lengthWords(one.seconds), sizeWords(one.size), one.name].filter(Boolean).join("  ·  ");
    return { ...one, title: `${day}, ${one.at}`, about };
  }

  #others(recording) {
    const list = this.#answer.recordings.filter((one) => !one.writing && (!this.#kind || one.dir === this.#kind));
    const place = list.findIndex((one) => one.name === recording.name && one.dir === recording.dir);
    const at = (index) => (place >= 0 && list[index] ? this.#titled(list[index]) : null);
    return { earlier: at(place - 1), later: at(place + 1) };
  }

  #second(event) {
    const { left, width } = document.getElementById("track").getBoundingClientRect();
    return Math.min(DAY - 1, Math.max(0, Math.round(((event.clientX - left) / width) * DAY)));
  }

  #play(second) {
    const found = showing(this.#answer.recordings, second);
    if (found) this.#show(found.recording, found.offset);
  }

  #point(second) {
    const pointer = document.getElementById("pointer");
    pointer.hidden = second === null;
    if (second === null) return;
    pointer.style.left = `${(second / DAY) * 100}%`;
    pointer.textContent = `${String(Math.floor(second / 3600)).padStart(2, "0")}:${String(Math.floor(second / 60) % 60).padStart(2, "0")}`;
  }

  #empty(title, words) {
    document.getElementById("list").replaceChildren(made("div", "card empty", made("strong", "", title), words));
  }
}

function thumbnail(one) {
  const image = made("img", "coming");
  image.loading = "lazy";
  image.alt = "";
  image.addEventListener("load", () => image.classList.remove("coming"));
  image.src = address("thumbnail", one);
  return image;
}

if (globalThis.document) new Page().load();
