// Recordings page: a day's timeline, player and list, kept up to date.

import { getFromCamera } from "../shared/camera_request.js";
import { confirmed } from "../shared/confirm.js";
import { element } from "../shared/elements.js";
import { StateStream } from "../shared/state_stream.js";
import { sizeWords } from "../size/size_words.js";
import { CardPanel } from "./card_panel.js";
import { deleteRecording, fileAddress, RecordingPlayer } from "./player.js";
import { RangeTools } from "./range_tools.js";
import { RecordingList } from "./recording_list.js";
import { playedAfter, playedAt, playedBefore } from "./time_scale.js";
import { Timeline } from "./timeline.js";
import { clockWords, counted, dayBeside, dayWords, lengthWords } from "./time_words.js";

const AGAIN_MS = 15_000; // milliseconds between two requests of the list
const SOON_MS = 300; // milliseconds from a change to the request of the list

/** "#event/ipcamd-01312026-120000.avi" to { dir, name, day }; null for anything else. */
export function fromAddress(hash) {
  const found = /^#(record|event)\/([\w.-]+-(\d{2})(\d{2})(\d{4})-\d{6}\.(?:avi|jpg|mp4))$/.exec(hash);
  return found && { dir: found[1], name: found[2], day: `${found[5]}-${found[3]}-${found[4]}` };
}

class RecordingsPage {
  #answer = null;
  #known = "";
  #day = null;
  #kind = "";
  #wanted = fromAddress(location.hash); // the recording in the page's address
  #soon = null;
  #cardRevision = null;
  #timeline = new Timeline({ picked: (time, byKey) => this.#pick(time, byKey), ranged: (range) => (this.#range.range = range) });
  #list = new RecordingList((one) => this.#show(one, one.start));
  #card = new CardPanel(() => this.load());
  #range = new RangeTools(() => this.#state(), { range: (range) => (this.#timeline.range = range), changed: () => this.load() });
  #player = new RecordingPlayer({
    moved: (time) => this.#moved(time),
    changed: () => this.#changed(),
    state: (state) => this.#showState(state),
    after: (recording) => playedAfter(this.#wantedOnes(), recording),
    before: (recording) => playedBefore(this.#wantedOnes(), recording),
  });

  constructor() {
    this.#day = this.#wanted?.day ?? null;
    this.#listen();
    setInterval(() => !document.hidden && this.load(), AGAIN_MS);
    document.addEventListener("visibilitychange", () => !document.hidden && this.load());
    new StateStream({ state: (parts) => this.#follow(parts), again: () => this.load() });
  }

  #listen() {
    element("kinds").addEventListener("change", (event) => this.#choose(event.target.value));
    element("day").addEventListener("change", (event) => event.target.value && this.#open(event.target.value));
    element("day-before").addEventListener("click", () => this.#open(dayBeside(this.#day, -1)));
    element("day-after").addEventListener("click", () => this.#open(dayBeside(this.#day, 1)));
    element("today").addEventListener("click", () => this.#open(this.#answer.today));
    element("zoom-in").addEventListener("click", () => this.#timeline.zoom(2));
    element("zoom-out").addEventListener("click", () => this.#timeline.zoom(0.5));
    element("zoom-day").addEventListener("click", () => this.#timeline.zoom(0));
    element("play").addEventListener("click", () => this.#toggle());
    element("frame-back").addEventListener("click", () => this.#player.step(-1));
    element("frame-on").addEventListener("click", () => this.#player.step(1));
    element("earlier").addEventListener("click", () => this.#beside(-1));
    element("later").addEventListener("click", () => this.#beside(1));
    element("speed").addEventListener("change", (event) => (this.#player.rate = Number(event.target.value)));
    element("mute").addEventListener("click", (event) => this.#mute(event.currentTarget));
    element("full").addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : element("screen").requestFullscreen()));
    element("close").addEventListener("click", () => this.#player.close());
    element("delete").addEventListener("click", () => this.#delete());
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  async load() {
    try {
      const query = this.#day ? { day: this.#day } : {};
      const answer = await getFromCamera("web/recordings", query);
      if (answer.status === 503) return this.#fail(`The list is not ready: ${(await answer.text()).trim()}.`);
      if (!answer.ok) throw new Error(`the camera answered ${answer.status}`);
      return this.#take(await answer.text());
    } catch (error) {
      return this.#fail("The camera does not answer. This list may be out of date.", String(error.message ?? error));
    }
  }

  #fail(trouble, reason = trouble) {
    if (this.#answer) [element("trouble").textContent, element("trouble").hidden] = [trouble, false];
    else this.#list.empty("The list could not be loaded", reason);
    this.#known = "";
  }

  #take(text) {
    const { now, ...answer } = JSON.parse(text);
    const arrived = performance.now();
    const known = JSON.stringify({ ...answer, card: null });
    const isSame = known === this.#known;
    this.#known = known;
    this.#answer = { ...answer, now: () => now + performance.now() - arrived };
    this.#day = answer.day;
    this.#card.show(answer.card);
    this.#timeline.show(this.#answer);
    if (this.#player.shown) this.#timeline.position = this.#inDay(this.#player.time);
    if (!isSame) this.#draw();
    return this.#showWanted();
  }

  #follow({ card }) {
    if (!card) return;
    if (this.#answer) this.#card.follow({ ...card, problem: this.#answer.card.problem });
    const revision = `${card.state} ${card.revision}`;
    if (this.#cardRevision !== null && this.#cardRevision !== revision && card.state !== "formatting") {
      clearTimeout(this.#soon);
      this.#soon = setTimeout(() => this.load(), SOON_MS);
    }
    this.#cardRevision = revision;
  }

  #showWanted() {
    const wanted = this.#wanted;
    this.#wanted = null;
    const found = wanted && this.#answer.recordings.find((one) => one.dir === wanted.dir && one.name === wanted.name);
    if (found && !found.writing) this.#show(found, found.start);
    else if (wanted) [element("trouble").textContent, element("trouble").hidden] = ["The requested recording no longer exists.", false];
  }

  #draw() {
    const { day, days, today, recordings, offsets } = this.#answer;
    const isEmpty = !days.length;
    element("browser").hidden = isEmpty;
    element("day").value = day;
    element("day").max = today;
    element("day-after").disabled = day >= today;
    element("today").disabled = day === today;
    element("day-words").textContent = this.#dayWords();
    this.#drawDays(days, today);
    if (isEmpty) this.#list.empty("No recordings yet", "Recordings appear here when a schedule records to the SD card.");
    else this.#list.show(this.#wantedOnes(recordings), offsets);
    const shown = this.#player.shown;
    if (shown && day === this.#shownDay && !recordings.some((one) => one.dir === shown.dir && one.name === shown.name)) this.#player.close();
  }

  #dayWords() {
    const { day, today, days } = this.#answer;
    const found = days.find(([name]) => name === day);
    if (!found) return `${dayWords(day, today)}: nothing recorded`;
    const words = [found[2] && counted(found[2], "event"), found[1] && counted(found[1], "continuous recording")].filter(Boolean);
    return `${dayWords(day, today)}: ${words.join(", ")}`;
  }

  /** Days with recordings, in the picker's list of suggestions. */
  #drawDays(days, today) {
    const options = [...days].reverse().map(([day]) => Object.assign(document.createElement("option"), { value: day, label: dayWords(day, today) }));
    element("days").replaceChildren(...options);
  }

  #open(day) {
    this.#day = day;
    this.#range.close();
    return this.load();
  }

  #choose(kind) {
    this.#kind = kind;
    this.#draw();
  }

  #wantedOnes(recordings = this.#answer.recordings) {
    return this.#kind ? recordings.filter((one) => one.dir === this.#kind) : recordings;
  }

  #state() {
    return { day: this.#answer, kind: this.#kind, view: this.#timeline.view, time: this.#inDay(this.#player.time) };
  }

  // ---- playback

  #shownDay = null;

  #pick(time, byKey = false) {
    const found = playedAt(this.#wantedOnes(), time);
    if (!found) return;
    this.#show(found.recording, found.at, byKey ? this.#player.isPlaying : true);
  }

  #show(one, time, plays = true) {
    this.#shownDay = this.#answer.day;
    this.#player.show(one, time, plays);
  }

  #toggle() {
    if (this.#player.shown) this.#player.toggle();
    else this.#pick(this.#answer.start);
  }

  #beside(direction) {
    const shown = this.#player.shown;
    const list = this.#wantedOnes().filter((one) => !one.writing);
    const place = list.findIndex((one) => one.name === shown?.name && one.dir === shown?.dir);
    const next = list[place + direction];
    if (place >= 0 && next) this.#show(next, next.start, this.#player.isPlaying);
  }

  #inDay(time) {
    const { start, end } = this.#answer;
    return time !== null && time >= start && time < end ? time : null;
  }

  #moved(time) {
    if (!this.#player.shown) return;
    this.#timeline.position = this.#inDay(time);
    element("position").textContent = clockWords(time, this.#answer.offsets);
  }

  /** Update the page and its address for another recording, or none. */
  #changed() {
    const shown = this.#player.shown;
    history.replaceState(null, "", shown ? `#${shown.dir}/${shown.name}` : location.pathname);
    element("player").hidden = !shown;
    this.#list.mark(shown ? `${shown.dir}/${shown.name}` : "");
    if (!shown) {
      this.#timeline.position = null;
      return;
    }
    const { offsets } = this.#answer;
    const kind = shown.dir === "event" ? "Event" : "Continuous recording";
    const length = shown.end > shown.start && lengthWords((shown.end - shown.start) / 1000);
    element("playback-title").textContent = `${dayWords(this.#answer.day, this.#answer.today)}, ${clockWords(shown.start, offsets)}`;
    element("playback-about").textContent = [kind, length, sizeWords(shown.size)].filter(Boolean).join("  ·  ");
    element("download").href = fileAddress("download", shown);
    element("download").download = shown.name;
    element("player-error").hidden = true;
    this.#moved(this.#player.time ?? shown.start);
  }

  #showState({ isPlaying, hasSound }) {
    element("play").setAttribute("aria-pressed", String(isPlaying));
    element("play-label").textContent = isPlaying ? "Pause" : "Play";
    element("mute").hidden = !hasSound;
  }

  #mute(button) {
    const muted = button.getAttribute("aria-pressed") === "true";
    button.setAttribute("aria-pressed", String(!muted));
    this.#player.muted = muted;
  }

  async #delete() {
    const shown = this.#player.shown;
    const words = `It covers ${clockWords(shown.start, this.#answer.offsets)} to ${clockWords(shown.end, this.#answer.offsets)}. This cannot be undone.`;
    if (!(await confirmed("Delete this recording?", words, "Delete"))) return;
    const next = playedAfter(this.#wantedOnes(), shown) ?? playedBefore(this.#wantedOnes(), shown);
    try {
      await deleteRecording(shown);
    } catch (error) {
      [element("player-error").textContent, element("player-error").hidden] = [error.message, false];
      return;
    }
    if (next) this.#show(next.recording, next.recording.start, false);
    else this.#player.close();
    await this.load();
  }

  #key(event) {
    const place = event.target;
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (place.closest("input, select, textarea") || (event.key === " " && place.closest("button, a"))) return;
    const keys = { " ": () => this.#toggle(), ",": () => this.#player.step(-1), ".": () => this.#player.step(1), PageUp: () => this.#beside(-1), PageDown: () => this.#beside(1) };
    if (!(event.key in keys) || !this.#answer?.recordings.length) return;
    if (event.key.startsWith("Page") && !this.#player.shown) return;
    event.preventDefault();
    keys[event.key]();
  }
}

if (globalThis.document) new RecordingsPage().load();
