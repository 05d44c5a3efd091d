// Recordings page: days, timeline of a day, thumbnails.

import { cameraUrl } from "../shared/camera_url.js";
import { address, RecordingPlayer } from "./player.js";

const DAY = 86_400; // seconds
const FEW = 24; // up to so many recordings need no hour titles
const AGAIN = 15_000; // milliseconds between two requests of the list

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

class RecordingsPage {
  #answer = null;
  #known = "";
  #day = null;
  #kind = "";
  #wanted = fromAddress(location.hash); // a recording that the address asks for
  #days = new NodeCache();
  #recordings = new NodeCache();
  #player = new RecordingPlayer({
    others: (recording) => this.#others(recording),
    gone: () => this.load(),
    changed: () => this.#changed(),
  });

  constructor() {
    this.#day = this.#wanted?.day ?? null;
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
      const query = this.#day ? { day: this.#day } : {};
      const answer = await fetch(cameraUrl("web/recordings", query), { cache: "no-store" });
      if (answer.status === 503) return this.#fail(`The list is not ready: ${(await answer.text()).trim()}.`);
      if (!answer.ok) throw new Error(`the camera answered ${answer.status}`);
      return this.#take(await answer.text());
    } catch (error) {
      return this.#fail("The camera does not answer. This list may be out of date.", String(error.message ?? error));
    }
  }

  #fail(trouble, reason = trouble) {
    if (this.#answer) this.#trouble(trouble);
    else this.#empty("The list could not be loaded", reason);
    this.#known = "";
  }

  #take(text) {
    if (text === this.#known) return undefined;
    this.#known = text;
    this.#answer = JSON.parse(text);
    const { day, days } = this.#answer;
    if (days.length && !days.some(([name]) => name === day)) return this.#open(null); // its last one was deleted
    this.#day = day;
    this.#draw();
    return this.#showWanted();
  }

  #showWanted() {
    const wanted = this.#wanted;
    this.#wanted = null;
    const found = wanted && this.#answer.recordings.find((one) => one.dir === wanted.dir && one.name === wanted.name);
    if (found && !found.writing) this.#show(found);
    else if (wanted) this.#trouble("The requested recording no longer exists.");
  }

  #choose(kind) {
    this.#kind = kind;
    this.#draw();
  }

  #draw() {
    const { card, days, recordings } = this.#answer;
    this.#space(card);
    this.#trouble(card.full ? "The card is full. Recording stops until you delete a recording." : "");
    document.getElementById("browser").hidden = days.length === 0;
    if (!card.slot) return this.#empty("This camera has no SD card", "Start it with --sdcard to add one.");
    if (!card.mounted) return this.#empty("No SD card is inserted", "Insert one; recording continues automatically.");
    if (!days.length) return this.#empty("No recordings yet", "Recordings appear here when a schedule records to the SD card.");
    this.#drawDays(days);
    this.#drawTimeline(recordings);
    this.#drawRecordings(recordings);
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

  #trouble(words) {
    const place = document.getElementById("trouble");
    place.hidden = !words;
    place.textContent = words;
  }

  #drawDays(days) {
    const { today } = this.#answer;
    const buttons = [...days].reverse().map(([day, records, events]) => {
      const words = [events && counted(events, "event"), records && counted(records, "recording")].filter(Boolean).join(", ");
      const name = dayWords(day, today);
      const current = day === this.#day;
      return this.#days.keep(day, [name, words, current], () => {
        const button = made("button", "day", made("strong", "", name), made("small", "", words));
        button.type = "button";
        if (current) button.setAttribute("aria-current", "date");
        button.addEventListener("click", () => this.#open(day));
        return button;
      });
    });
    this.#days.replace(document.getElementById("days"), buttons);
  }

  #open(day) {
    this.#day = day;
    return this.load();
  }

  #drawTimeline(recordings) {
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

  /** Another recording is shown, or none: the timeline and the address show which. */
  #changed() {
    const shown = this.#player?.shown;
    history.replaceState(null, "", shown ? `#${shown.dir}/${shown.name}` : location.pathname);
    this.#mark();
  }

  #mark() {
    const shown = this.#player?.shown;
    for (const bar of document.querySelectorAll("#track i")) {
      bar.classList.toggle("seen", Boolean(shown) && bar.dataset.name === `${shown.dir}/${shown.name}`);
    }
  }

  #drawRecordings(recordings) {
    const wanted = recordings.filter((one) => !this.#kind || one.dir === this.#kind);
    document.getElementById("sum").textContent = counted(wanted.length, "recording");
    if (!wanted.length) return this.#empty("No such recordings on this day", "Select another day or kind.");
    const groups = byHour(wanted).flatMap(([hour, ofHour]) => [
      made("h3", "hour", hour),
      made("div", "recordings", ...ofHour.map((one) => this.#recordings.keep(`${one.dir}/${one.name}`, one, () => this.#recording(one)))),
    ]);
    this.#recordings.replace(document.getElementById("list"), groups);
    return undefined;
  }

  #recording(one) {
    const picture = made("span", "recording-picture");
    if (one.writing) picture.append(made("span", "recording-now", "Recording now"));
    else picture.append(thumbnail(one, picture));
    if (one.seconds) picture.append(made("span", "recording-length", lengthWords(one.seconds)));
    if (one.dir === "event") picture.append(made("span", "recording-kind", "Event"));
    const words = made("span", "recording-words", made("b", "", one.at), made("span", "", sizeWords(one.size)));
    const button = made("button", "recording", picture, words);
    button.type = "button";
    button.disabled = one.writing;
    button.addEventListener("click", () => this.#show(one));
    return button;
  }

  #show(one, seconds = 0) {
    this.#player.show(this.#titled(one), seconds);
  }

  #titled(one) {
    const kind = one.dir === "event" ? "Event" : "Continuous recording";
    const day = new Date(`${this.#answer.day}T12:00`).toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric" });
    const about = [kind, one.seconds && lengthWords(one.seconds), sizeWords(one.size)].filter(Boolean).join("  ·  ");
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

/** Cache of DOM nodes: a node stays while its content is the same, so that no picture flickers and the focus stays. */
class NodeCache {
  #kept = new Map();
  #next = new Map();
  #focused = null;

  /** Return the node of a key; it is rebuilt if its content has changed. */
  keep(key, shown, make) {
    const text = JSON.stringify(shown);
    const known = this.#kept.get(key);
    const entry = known?.text === text ? known : { text, node: make() };
    // it loses the focus as soon as it is moved to its new place
    if (known && known.node === document.activeElement) this.#focused = entry.node;
    this.#next.set(key, entry);
    return entry.node;
  }

  /** Put these into `place`, and forget nodes that were not kept this time. */
  replace(place, nodes) {
    place.replaceChildren(...nodes);
    this.#focused?.focus({ preventScroll: true });
    [this.#kept, this.#next, this.#focused] = [this.#next, new Map(), null];
  }
}

/** "#event/ipcamd-01312026-120000.avi" to { dir, name, day }; null for anything else. */
export function fromAddress(hash) {
  const found = /^#(record|event)\/([\w.-]+-(\d{2})(\d{2})(\d{4})-\d{6}\.(?:avi|jpg))$/.exec(hash);
  return found && { dir: found[1], name: found[2], day: `${found[5]}-${found[3]}-${found[4]}` };
}

function thumbnail(one, place) {
  const image = made("img", "coming");
  image.loading = "lazy";
  image.alt = "";
  image.addEventListener("error", () => {
    image.remove();
    place.prepend(made("span", "recording-none", "No preview"));
  });
  image.addEventListener("load", () => image.classList.remove("coming"));
  image.src = address("thumbnail", one);
  return image;
}

if (globalThis.document) new RecordingsPage().load();
