// H.264 renderer: decodes with WebCodecs, which browsers offer only over HTTPS or from localhost.

import { paint } from "./paint.js";

const MOST_WAITING = 6; // frames in the decoder; beyond, it cannot keep up

/**
 * The codec's name for the decoder, from the first SPS of an access unit (RFC 6381: profile, constraints, level).
 *
 * @param {Uint8Array} data Annex B
 * @returns {string|null} such as avc1.42c01f; null without an SPS
 */
export function codecName(data) {
  for (let at = 0; at + 6 < data.length; at++) {
    const starts = data[at] === 0 && data[at + 1] === 0 && data[at + 2] === 1;
    if (starts && (data[at + 3] & 31) === 7) {
      return "avc1." + [...data.subarray(at + 4, at + 7)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    }
  }
  return null;
}

/** Draws H.264; after a gap it waits for the next key frame. */
export class H264Renderer {
  #canvas;
  #pen;
  #drawn;
  #decoder = null;
  #codec = null;
  #inside = new Map(); // time stamp given to the decoder to frame
  #expected = null; // counter of the next decodable frame; null: wait for a key frame
  #stamp = 0;

  /** @param {HTMLCanvasElement} canvas @param {(frame: import("../live/payload.js").Frame) => void} drawn called for each displayed frame */
  constructor(canvas, drawn) {
    this.#canvas = canvas;
    this.#pen = canvas.getContext("2d", { alpha: false });
    this.#drawn = drawn;
  }

  /** Decode and show this frame. */
  show(frame) {
    const follows = frame.counter === this.#expected && this.#inside.size < MOST_WAITING;
    if (!frame.key && !follows) {
      this.#expected = null;
      return;
    }
    if (frame.key && !this.#ready(frame.data)) return;
    this.#expected = (frame.counter + 1) >>> 0;
    this.#inside.set(++this.#stamp, frame);
    this.#decoder.decode(
      new EncodedVideoChunk({ type: frame.key ? "key" : "delta", timestamp: this.#stamp, data: frame.data }),
    );
  }

  /** Close the decoder. */
  close() {
    if (this.#decoder && this.#decoder.state !== "closed") this.#decoder.close();
    this.#decoder = null;
    this.#inside.clear();
    this.#expected = null;
  }

  /** Configure the decoder for the stream of this key frame. */
  #ready(data) {
    const codec = codecName(data);
    if (this.#codec === codec && this.#decoder?.state === "configured") return true;
    this.close();
    if (!codec) return false;
    this.#decoder = new VideoDecoder({ output: (image) => this.#show(image), error: () => this.close() });
    this.#codec = codec;
    this.#decoder.configure({ codec, optimizeForLatency: true });
    return true;
  }

  #show(image) {
    paint(this.#canvas, this.#pen, image, image.displayWidth, image.displayHeight);
    const frame = this.#inside.get(image.timestamp);
    for (const stamp of this.#inside.keys()) if (stamp <= image.timestamp) this.#inside.delete(stamp);
    image.close();
    if (frame) this.#drawn(frame);
  }
}
