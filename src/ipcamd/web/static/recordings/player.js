// Recording player: plays recordings one after the other, at any speed, frame by frame.

import { cameraUrl, postToCamera } from "../shared/camera_request.js";
import { element } from "../shared/elements.js";
import { fetched, SegmentPlayer, UNPLAYABLE } from "./segment_player.js";

const SOON_MS = 300; // milliseconds of waiting before a message is shown
const LONG_MS = 3000; // milliseconds of waiting before the message gives the reason
const FAST = 4; // speed from which the camera sends only key frames, because small machines are too slow for all
const STEPS = 3; // most waiting single-frame steps

/** Address of one form of a recording: "video", "thumbnail", "segments", or "segment" with a number. */
export function address(what, { dir, name, size }, more = {}) {
  // the size distinguishes cached files: after the clock was set back, another recording may get the same name
  return cameraUrl(`web/${what}`, { dir, fname: name, size, ...more }).href;
}

/** Address of the file itself. */
export function fileAddress(action, { dir, name }) {
  return cameraUrl("sdcard.cgi", { action, dir, fname: name }).href;
}

/** Delete a recording. Throws an error with the reason of a failure. */
export async function deleteRecording(recording) {
  const answer = await postToCamera(fileAddress("delete", recording)).catch(() => null);
  if (!answer) throw new Error("The camera does not answer.");
  if (answer.status === 409) throw new Error("The recording is being written.");
  if (!answer.ok || (await answer.text()).trim() !== "1") throw new Error("The recording could not be deleted.");
}

/** Calls `listener.moved(time)` with the displayed time, and `listener.changed()` for another recording; `listener.after(recording)` and `listener.before(recording)` return { recording, at }. */
export class RecordingPlayer {
  #video = element("video");
  #still = element("still");
  #wait = element("wait");
  #listener;
  #shown = null;
  #about = null; // the camera's playback information
  #rate = 1;
  #isMuted = false;
  #segmentPlayer = null;
  #asking = null;
  #patience = null;
  #wantsToPlay = false;
  #stepping = Promise.resolve();
  #steps = 0;

  constructor(listener) {
    this.#listener = listener;
    for (const ready of ["playing", "loadeddata", "seeked"]) this.#video.addEventListener(ready, () => this.#say(""));
    for (const name of ["play", "pause"]) this.#video.addEventListener(name, () => this.#showState());
    for (const name of ["timeupdate", "seeked"]) this.#video.addEventListener(name, () => this.#tell());
    this.#video.addEventListener("waiting", () => this.#beSoon());
    this.#video.addEventListener("error", () => this.#video.getAttribute("src") && this.#failed());
    this.#video.addEventListener("ended", () => this.#goOn());
    this.#video.addEventListener("click", () => this.toggle());
    this.#still.addEventListener("load", () => this.#still.hidden || this.#say(""));
    this.#still.addEventListener("error", () => this.#still.hidden || this.#failed());
  }

  get shown() {
    return this.#shown;
  }

  get isPlaying() {
    return this.#wantsToPlay;
  }

  /** Displayed time, in milliseconds since the epoch; null without a recording. */
  get time() {
    if (!this.#shown) return null;
    return this.#shown.start + (this.#video.hidden ? 0 : this.#video.currentTime * 1000);
  }

  /** Show a recording at a time; play it if `plays`. */
  show(recording, time = recording.start, plays = true) {
    const isSame = this.#shown && this.#shown.name === recording.name && this.#shown.dir === recording.dir;
    this.#wantsToPlay = plays && !recording.name.endsWith(".jpg");
    this.#shown = recording;
    const seconds = Math.max(0, (time - recording.start) / 1000);
    if (isSame && this.#about && this.#video.readyState > 0) {
      this.#video.currentTime = Math.min(seconds, this.#video.duration || seconds);
      this.#follow();
    } else this.#load(seconds);
    this.#listener.changed();
  }

  toggle() {
    if (!this.#shown || this.#video.hidden) return;
    this.#wantsToPlay = !this.#wantsToPlay;
    if (this.#wantsToPlay && this.#video.ended) this.#goOn();
    else this.#follow();
  }

  set rate(rate) {
    const wasFast = this.#isFast;
    this.#rate = rate;
    this.#follow();
    if (this.#shown && wasFast !== this.#isFast && !this.#video.hidden) this.#load(this.#video.currentTime);
  }

  set muted(muted) {
    this.#isMuted = muted;
    this.#follow();
  }

  /** Show the previous (-1) or next (1) picture. Steps run one at a time; few may wait. */
  async step(direction) {
    if (this.#steps >= STEPS) return;
    this.#steps += 1;
    this.#stepping = this.#stepping.then(() => this.#step(direction)).finally(() => (this.#steps -= 1));
    await this.#stepping;
  }

  async #step(direction) {
    if (!this.#shown || this.#video.hidden || !this.#about) return;
    this.#wantsToPlay = false;
    this.#video.pause();
    const { frame, length } = this.#about;
    const wanted = (Math.floor(this.#video.currentTime / frame + 0.01) + direction + 0.5) * frame; // the middle of a frame
    if (wanted < 0) this.#beside("before");
    else if (wanted >= length) this.#beside("after");
    else await this.#seek(wanted);
  }

  /** Show nothing. */
  close() {
    this.#shown = null;
    this.#wantsToPlay = false;
    clearTimeout(this.#patience);
    this.#rewind();
    this.#still.removeAttribute("src");
    this.#listener.changed();
  }

  get #isFast() {
    return this.#rate >= FAST;
  }

  #keys() {
    return this.#isFast ? { keys: "yes" } : {};
  }

  #load(seconds) {
    const recording = this.#shown;
    this.#rewind();
    this.#say("Preparing the recording");
    this.#bePatient();
    const still = recording.name.endsWith(".jpg");
    this.#still.hidden = !still;
    this.#video.hidden = still;
    if (still) this.#still.src = address("video", recording);
    else {
      this.#video.poster = address("thumbnail", recording, { at: Math.floor(seconds) });
      this.#play(recording, seconds);
    }
    this.#showState();
  }

  /** Play it as a file or in segments, as the camera requires. */
  async #play(recording, seconds) {
    const { signal } = (this.#asking = new AbortController());
    try {
      const about = await (await fetched(address("segments", recording, this.#keys()), signal)).json();
      if (signal.aborted) return;
      this.#about = about;
      if (about.segment) {
        const segmentAddress = (number) => address("segment", recording, { number, ...this.#keys() });
        this.#segmentPlayer = new SegmentPlayer(this.#video, about, { address: segmentAddress, at: seconds, failed: (error) => this.#failed(error.message) });
      } else {
        this.#video.src = address("video", recording, this.#keys());
        this.#video.addEventListener("loadedmetadata", () => (this.#video.currentTime = Math.min(seconds, this.#video.duration)), { once: true, signal });
      }
      this.#showState();
      this.#follow();
      this.#prepareNext(signal);
    } catch (error) {
      if (!signal.aborted) this.#failed(error.message);
    }
  }

  /** Make the camera prepare the next recording, so that it follows without a pause. */
  #prepareNext(signal) {
    const next = this.#listener.after(this.#shown)?.recording;
    if (!next) return;
    const prepare = async () => {
      const about = await (await fetched(address("segments", next, this.#keys()), signal)).json();
      if (!about.segment) await fetch(address("video", next, this.#keys()), { method: "HEAD", signal });
    };
    this.#video.addEventListener("playing", () => prepare().catch(() => {}), { once: true, signal });
  }

  /** Apply the requested state: play or pause, and the speed. */
  #follow() {
    this.#video.playbackRate = this.#video.defaultPlaybackRate = this.#rate;
    // a browser plays sound only after a click or key
    this.#video.muted = this.#isMuted || this.#rate !== 1 || navigator.userActivation?.hasBeenActive === false;
    if (!this.#wantsToPlay) this.#video.pause();
    else if (this.#video.getAttribute("src")) this.#video.play().catch(() => this.#showState());
  }

  #goOn() {
    if (this.#wantsToPlay && !this.#beside("after")) {
      this.#wantsToPlay = false;
      this.#showState();
    }
  }

  /** Continue with the next ("after") or previous ("before") recording; return whether it exists. */
  #beside(where) {
    const next = this.#listener[where](this.#shown);
    if (next) this.show(next.recording, next.at, this.#wantsToPlay);
    return Boolean(next);
  }

  #seek(seconds) {
    const seeked = new Promise((done) => {
      for (const end of ["seeked", "emptied"]) this.#video.addEventListener(end, done, { once: true });
    });
    this.#video.currentTime = seconds;
    return seeked;
  }

  #tell() {
    this.#listener.moved(this.time);
  }

  #rewind() {
    this.#asking?.abort();
    this.#segmentPlayer?.close();
    this.#segmentPlayer = this.#about = null;
    this.#video.removeAttribute("src");
    this.#video.removeAttribute("poster");
    this.#video.load(); // closes the connection
  }

  #showState() {
    this.#listener.state({ isPlaying: !this.#video.paused || this.#wantsToPlay, hasSound: Boolean(this.#about?.sound) });
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
    }, SOON_MS);
  }

  #bePatient() {
    this.#patience = setTimeout(() => this.#say("Preparing the recording. The camera is busy; this takes longer than usual."), LONG_MS);
  }

  #failed(words = UNPLAYABLE) {
    if (!this.#shown) return;
    this.#wantsToPlay = false;
    this.#say(words);
    this.#wait.classList.add("failed");
    this.#showState();
  }
}
