// MSE renderer: plays H.264 with sound by Media Source Extensions, which browsers offer over plain HTTP too, and keeps
// close to the live edge.

import { paint } from "../live/paint.js";
import { joined } from "./mp4_reader.js";

const Source = globalThis.ManagedMediaSource ?? globalThis.MediaSource; // the first on iPhones
const CUSHION = { least: 0.2, step: 0.1, most: 0.7 }; // seconds between the picture shown and the newest one; grows when playback stalls
const HURRY = 0.3; // seconds more than the cushion at which playback speeds up
const FASTER = 1.25;
const TOO_LATE = 2; // seconds behind at which playback jumps
const SETTLING = 3000; // milliseconds of a playback's beginning, in which it stalls by itself
const KEPT = 10; // seconds of what has been played before it is removed
const MOST_WAITING = 16 * 1024 * 1024; // bytes that wait for the browser

/**
 * What to do to stay close to the live edge.
 *
 * @param {[number, number][]} ranges of seconds that are buffered
 * @param {number} now seconds, of playback
 * @param {number} cushion seconds
 * @returns {{jump: number|null, hurry: boolean|null}} where to jump to; whether to play faster, null: as before
 */
export function pace(ranges, now, cushion) {
  if (!ranges.length) return { jump: null, hurry: null };
  const [start, edge] = ranges.at(-1);
  const behind = edge - now;
  if (now < start || behind > TOO_LATE || behind < -CUSHION.most) return { jump: Math.max(start, edge - cushion), hurry: false };
  if (behind > cushion + HURRY) return { jump: null, hurry: true };
  return { jump: null, hurry: behind > cushion ? null : false };
}

/** Plays MP4 and draws its pictures. Every initialization segment begins a new playback. */
export class MseRenderer {
  #canvas;
  #pen;
  #drawn;
  #failed;
  #video = Object.assign(document.createElement("video"), { muted: true, playsInline: true, disableRemotePlayback: true });
  #source = null;
  #buffer = null;
  #waiting = []; // bytes to append
  #anchor = null; // a frame, to know by its times when others were captured
  #cushion = CUSHION.least;
  #settled = Infinity; // when playback has begun long enough ago that stalls are the network's
  #closed = false;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(frame: {captured: number|null}) => void} drawn told of each picture on the screen
   * @param {() => void} failed the browser cannot play this
   */
  constructor(canvas, drawn, failed) {
    this.#canvas = canvas;
    this.#pen = canvas.getContext("2d", { alpha: false });
    this.#drawn = drawn;
    this.#failed = failed;
    this.#video.addEventListener("error", () => this.#source && this.#fail());
    this.#video.addEventListener("waiting", () => {
      if (performance.now() > this.#settled) this.#cushion = Math.min(CUSHION.most, this.#cushion + CUSHION.step);
    });
    this.#awaitPicture();
  }

  /** Whether its sound is off. */
  get muted() {
    return this.#video.muted;
  }

  set muted(muted) {
    this.#video.muted = muted;
  }

  /** Play this frame, or begin anew. @param {import("./mp4_reader.js").Init|import("./mp4_reader.js").Fragment} frame */
  show(frame) {
    if (frame.kind === "init") return this.#begin(frame);
    if (frame.kind === "video") this.#anchor = frame;
    this.#waiting.push(frame.data);
    if (this.#waiting.reduce((sum, data) => sum + data.length, 0) > MOST_WAITING) return this.#fail();
    return this.#append();
  }

  /** End playback. */
  close() {
    this.#closed = true;
    this.#end();
  }

  #begin({ type, data }) {
    this.#end();
    const source = (this.#source = new Source());
    this.#waiting = [data];
    this.#settled = performance.now() + SETTLING;
    source.addEventListener("sourceopen", () => source === this.#source && this.#open(type), { once: true });
    this.#video.src = URL.createObjectURL(source);
    this.#play();
  }

  async #play() {
    try {
      await this.#video.play();
    } catch (error) {
      if (error.name !== "NotAllowedError" || this.#video.muted) return; // another playback has begun, or it has ended
      this.#video.muted = true; // without a gesture browsers play silent pictures only
      this.#play();
    }
  }

  #open(type) {
    URL.revokeObjectURL(this.#video.src);
    try {
      this.#buffer = this.#source.addSourceBuffer(type);
    } catch {
      return this.#fail(); // a profile that this browser does not know
    }
    this.#buffer.addEventListener("updateend", () => {
      this.#keepUp();
      this.#append();
    });
    return this.#append();
  }

  #append() {
    const buffer = this.#buffer;
    if (!buffer || buffer.updating || this.#source.readyState !== "open") return;
    const old = this.#video.currentTime - KEPT;
    if (buffer.buffered.length && buffer.buffered.start(0) < old - KEPT) return buffer.remove(0, old);
    if (!this.#waiting.length) return;
    const data = joined(this.#waiting);
    this.#waiting = [];
    try {
      buffer.appendBuffer(data);
    } catch {
      this.#fail(); // the browser's memory is full, or playback has failed
    }
  }

  #keepUp() {
    const { buffered } = this.#video;
    const ranges = Array.from({ length: buffered.length }, (_, number) => [buffered.start(number), buffered.end(number)]);
    const { jump, hurry } = pace(ranges, this.#video.currentTime, this.#cushion);
    if (jump !== null) this.#video.currentTime = jump;
    if (hurry !== null) this.#video.playbackRate = hurry ? FASTER : 1;
    if (this.#video.paused) this.#play();
  }

  #awaitPicture() {
    const draw = (_, metadata) => {
      if (this.#closed) return;
      this.#draw(metadata?.mediaTime ?? this.#video.currentTime);
      this.#awaitPicture();
    };
    if (this.#video.requestVideoFrameCallback) this.#video.requestVideoFrameCallback(draw);
    else requestAnimationFrame(draw); // older browsers do not tell of each picture
  }

  #draw(time) {
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (!width || !this.#source) return;
    paint(this.#canvas, this.#pen, this.#video, width, height);
    const { captured = null, time: known = 0 } = this.#anchor ?? {};
    this.#drawn({ captured: captured === null ? null : captured + (time - known) * 1000 });
  }

  #end() {
    this.#source = this.#buffer = this.#anchor = null;
    this.#waiting = [];
    this.#video.removeAttribute("src");
    this.#video.load();
  }

  #fail() {
    this.#end();
    this.#failed();
  }
}
