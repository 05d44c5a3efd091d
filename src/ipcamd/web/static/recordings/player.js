// Recording player: the dialog that shows one recording.

import { cameraUrl, postToCamera } from "../shared/camera_url.js";
import { fetched, SegmentPlayer, UNPLAYABLE } from "./segment_player.js";

const element = (id) => document.getElementById(id);

const SOON = 300; // milliseconds of waiting without a message
const LONG = 3000; // milliseconds before the message says why it takes so long

/** Address of one form of a recording: "video", "thumbnail", "segments", or "segment" with a number. */
export function address(what, { dir, name, size }, more = {}) {
  // the size is for the browser's store: after the clock was set back another recording may get the name
  return cameraUrl(`web/${what}`, { dir, fname: name, size, ...more }).href;
}

/** Address of the file itself. */
export function fileAddress(action, { dir, name }) {
  return cameraUrl("sdcard.cgi", { action, dir, fname: name }).href;
}

/** Shows recordings; `others(recording)` gives { earlier, later }, `gone(recording)` is told of one that was deleted. */
export class RecordingPlayer {
  #dialog = element("playback");
  #video = element("video");
  #still = element("still");
  #wait = element("wait");
  #delete = element("delete");
  #shown = null;
  #segmentPlayer = null;
  #asking = null;
  #patience = null;
  #others;
  #gone;
  #changed;

  constructor({ others, gone, changed }) {
    this.#others = others;
    this.#gone = gone;
    this.#changed = changed;
    for (const ready of ["playing", "loadeddata", "seeked"]) this.#video.addEventListener(ready, () => this.#say(""));
    this.#video.addEventListener("waiting", () => this.#beSoon());
    this.#video.addEventListener("error", () => this.#video.getAttribute("src") && this.#failed());
    this.#video.addEventListener("ended", () => this.#step("later", (next) => next.dir === "record" && this.#shown.dir === "record"));
    this.#still.addEventListener("load", () => this.#still.hidden || this.#say(""));
    this.#still.addEventListener("error", () => this.#still.hidden || this.#failed());
    element("close").addEventListener("click", () => this.#dialog.close());
    element("earlier").addEventListener("click", () => this.#step("earlier"));
    element("later").addEventListener("click", () => this.#step("later"));
    this.#delete.addEventListener("click", () => this.#remove());
    this.#delete.addEventListener("blur", () => this.#ask(false));
    // the event comes a little later: another recording may have been opened by then
    this.#dialog.addEventListener("close", () => this.#dialog.open || this.#empty());
    this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.#dialog.close());
    // not the dialog's: what has the focus may be hidden or disabled by the next recording
    document.addEventListener("keydown", (event) => this.#dialog.open && this.#key(event));
  }

  get shown() {
    return this.#shown;
  }

  /** Show a recording from this second on. */
  show(recording, seconds = 0) {
    this.#shown = recording;
    element("playback-title").textContent = recording.title;
    element("playback-about").textContent = recording.about;
    element("download").href = fileAddress("download", recording);
    element("download").download = recording.name;
    const { earlier, later } = this.#others(recording);
    element("earlier").disabled = !earlier;
    element("later").disabled = !later;
    this.#ask(false);
    this.#rewind();
    this.#say("Preparing the recording");
    this.#bePatient();
    const still = recording.name.endsWith(".jpg");
    this.#still.hidden = !still;
    this.#video.hidden = still;
    if (!this.#dialog.open) this.#dialog.showModal();
    if (still) {
      this.#still.src = address("video", recording);
    } else {
      this.#video.poster = address("thumbnail", recording);
      this.#play(recording, seconds > 0.5 ? seconds : 0);
    }
    this.#changed();
  }

  /** Play it whole or in segments, as the camera says. */
  async #play(recording, seconds) {
    const { signal } = (this.#asking = new AbortController());
    try {
      const segments = await (await fetched(address("segments", recording), signal)).json();
      if (signal.aborted) return;
      if (!segments) this.#video.src = address("video", recording) + (seconds ? `#t=${seconds.toFixed(1)}` : "");
      else {
        const segmentAddress = (number) => address("segment", recording, { number });
        this.#segmentPlayer = new SegmentPlayer(this.#video, segments, { address: segmentAddress, at: seconds, failed: (error) => this.#failed(error.message) });
      }
    } catch (error) {
      if (!signal.aborted) this.#failed(error.message);
    }
  }

  #rewind() {
    this.#asking?.abort();
    this.#segmentPlayer?.close();
    this.#segmentPlayer = null;
    this.#video.removeAttribute("src");
    this.#video.removeAttribute("poster");
    this.#video.load(); // closes the connection
  }

  #step(where, wanted = () => true) {
    const next = this.#others(this.#shown)[where];
    if (next && wanted(next)) this.show(next);
  }

  #say(words) {
    clearTimeout(this.#patience);
    this.#wait.classList.toggle("over", !words);
    this.#wait.classList.remove("failed");
    element("wait-words").textContent = words;
  }

  #beSoon() {
    if (!this.#wait.classList.contains("over")) return;
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => {
      this.#say("Preparing the recording");
      this.#bePatient();
    }, SOON);
  }

  #bePatient() {
    this.#patience = setTimeout(() => this.#say("Preparing the recording. The camera is busy; this takes longer than usual."), LONG);
  }

  #failed(words = UNPLAYABLE) {
    if (!this.#shown) return;
    this.#say(words);
    this.#wait.classList.add("failed");
  }

  #ask(sure) {
    this.#delete.classList.toggle("sure", sure);
    element("delete-label").textContent = sure ? "Really delete?" : "Delete";
  }

  async #remove() {
    if (!this.#delete.classList.contains("sure")) return this.#ask(true);
    const recording = this.#shown;
    const { earlier, later } = this.#others(recording);
    const answer = await postToCamera(fileAddress("delete", recording)).catch(() => null);
    if (!answer?.ok || (await answer.text()).trim() !== "1") {
      this.#ask(false);
      this.#say("The recording could not be deleted.");
      this.#wait.classList.add("failed");
      return;
    }
    this.#gone(recording);
    if (later ?? earlier) this.show(later ?? earlier);
    else this.#dialog.close();
  }

  #key(event) {
    if (event.key === "PageUp") this.#step("earlier");
    else if (event.key === "PageDown") this.#step("later");
    else return;
    event.preventDefault();
  }

  #empty() {
    this.#shown = null;
    clearTimeout(this.#patience);
    this.#rewind();
    this.#still.removeAttribute("src");
    this.#changed();
  }
}
