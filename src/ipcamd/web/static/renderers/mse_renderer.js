// MSE renderer: plays H.264 or H.265 with sound by Media Source Extensions, which browsers also offer over plain HTTP,
// and stays close to the live edge.

import { VideoRenderer } from "./video_renderer.js";
import { joined } from "../mp4/mp4_reader.js";

const Source = globalThis.ManagedMediaSource ?? globalThis.MediaSource; // the first on iPhones
const CUSHION = { least: 0.2, step: 0.1, most: 0.7 }; // seconds between the displayed picture and the newest one; grows when playback stalls
const HURRY_S = 0.3; // seconds more than the cushion at which playback speeds up
const FASTER = 1.25;
const TOO_LATE_S = 2; // seconds behind at which playback jumps
const SETTLING_MS = 3000; // milliseconds after the start of playback in which stalls do not count
const KEPT_S = 10; // seconds of played media kept in the buffer
const MOST_WAITING = 16 * 1024 * 1024; // most bytes waiting for the browser

/**
 * Playback correction that keeps close to the live edge.
 *
 * @param {[number, number][]} ranges of seconds that are buffered
 * @param {number} now seconds, of playback
 * @param {number} cushion seconds
 * @returns {{jump: number|null, hurry: boolean|null}} target of a jump; whether to play faster, null: unchanged
 */
export function pace(ranges, now, cushion) {
  if (!ranges.length) return { jump: null, hurry: null };
  const [start, edge] = ranges.at(-1);
  const behind = edge - now;
  if (now < start || behind > TOO_LATE_S || behind < -CUSHION.most) return { jump: Math.max(start, edge - cushion), hurry: false };
  if (behind > cushion + HURRY_S) return { jump: null, hurry: true };
  return { jump: null, hurry: behind > cushion ? null : false };
}

/** Plays MP4. Each initialization segment starts a new playback. */
export class MseRenderer extends VideoRenderer {
  #failed;
  #source = null;
  #buffer = null;
  #waiting = []; // bytes to append
  #anchor = null; // a frame with its capture time, the reference for those of other frames
  #cushion = CUSHION.least;
  #settled = Infinity; // time from which stalls count

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(frame: {captured: number|null}) => void} drawn called for each picture on the screen
   * @param {() => void} failed called if the browser cannot play the stream
   */
  constructor(canvas, drawn, failed) {
    super(canvas, drawn);
    this.#failed = failed;
    this.video.addEventListener("error", () => this.#source && this.#fail());
    this.video.addEventListener("waiting", () => {
      if (performance.now() > this.#settled) this.#cushion = Math.min(CUSHION.most, this.#cushion + CUSHION.step);
    });
  }

  /** Play this frame, or start a new playback. @param {import("../mp4/mp4_reader.js").Init|import("../mp4/mp4_reader.js").Fragment} frame */
  show(frame) {
    if (frame.kind === "init") return this.#begin(frame);
    if (frame.kind === "video") this.#anchor = frame;
    this.#waiting.push(frame.data);
    if (this.#waiting.reduce((sum, data) => sum + data.length, 0) > MOST_WAITING) return this.#fail();
    return this.#append();
  }

  /** End playback. */
  close() {
    super.close();
    this.#end();
  }

  #begin({ type, data }) {
    this.#end();
    const source = (this.#source = new Source());
    this.#waiting = [data];
    this.#settled = performance.now() + SETTLING_MS;
    source.addEventListener("sourceopen", () => source === this.#source && this.#open(type), { once: true });
    this.video.src = URL.createObjectURL(source);
    this.play();
  }

  #open(type) {
    URL.revokeObjectURL(this.video.src);
    try {
      this.#buffer = this.#source.addSourceBuffer(type);
    } catch {
      return this.#fail(); // this browser does not support the profile
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
    const old = this.video.currentTime - KEPT_S;
    if (buffer.buffered.length && buffer.buffered.start(0) < old - KEPT_S) return buffer.remove(0, old);
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
    const { buffered } = this.video;
    const ranges = Array.from({ length: buffered.length }, (_, number) => [buffered.start(number), buffered.end(number)]);
    const { jump, hurry } = pace(ranges, this.video.currentTime, this.#cushion);
    if (jump !== null) this.video.currentTime = jump;
    if (hurry !== null) this.video.playbackRate = hurry ? FASTER : 1;
    if (this.video.paused) this.play();
  }

  /** See `VideoRenderer`. */
  frameOf(metadata) {
    if (!this.#source) return null;
    const time = metadata?.mediaTime ?? this.video.currentTime;
    const { captured = null, time: known = 0 } = this.#anchor ?? {};
    return { captured: captured === null ? null : captured + (time - known) * 1000 };
  }

  #end() {
    this.#source = this.#buffer = this.#anchor = null;
    this.#waiting = [];
    this.video.removeAttribute("src");
    this.video.load();
  }

  #fail() {
    this.#end();
    this.#failed();
  }
}
