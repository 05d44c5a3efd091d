// WebCodecs renderer: decodes with WebCodecs, which browsers offer only over HTTPS or from localhost.

import { painterOn } from "./paint.js";

const MOST_WAITING = 6; // frames in the decoder; beyond, it cannot keep up

/**
 * The first NAL unit of a kind in Annex B, without its start code; null without one.
 *
 * @param {Uint8Array} data
 * @param {(first: number) => boolean} isWanted whether it is of that kind, by its first byte
 */
export function findUnit(data, isWanted) {
  for (let at = 0; at + 6 < data.length; at++) {
    const starts = data[at] === 0 && data[at + 1] === 0 && data[at + 2] === 1;
    if (starts && isWanted(data[at + 3])) return data.subarray(at + 3);
  }
  return null;
}

/** Base class of renderers of one codec; after a gap they wait for the next key frame. */
export class WebCodecsRenderer {
  #paint;
  #drawn;
  #failed;
  #decoder = null;
  #codec = null;
  #inside = new Map(); // time stamp given to the decoder to frame
  #expected = null; // counter of the next decodable frame; null: wait for a key frame
  #stamp = 0;
  #hasDrawn = false;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(frame: import("../stream/payload_header.js").Frame) => void} drawn called for each displayed frame
   * @param {() => void} failed called if the browser cannot decode the first picture
   */
  constructor(canvas, drawn, failed) {
    this.#paint = painterOn(canvas);
    this.#drawn = drawn;
    this.#failed = failed;
  }

  /**
   * Name of the codec for the decoder (RFC 6381).
   *
   * @abstract
   * @param {Uint8Array} data key frame in Annex B
   * @returns {string|null} such as avc1.42c01f; null without parameter sets
   */
  codecName(data) {
    throw new Error(`not implemented: ${data}`);
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
    const codec = this.codecName(data);
    if (this.#codec === codec && this.#decoder?.state === "configured") return true;
    this.close();
    if (!codec) return false;
    this.#decoder = new VideoDecoder({ output: (image) => this.#show(image), error: () => this.#fail() });
    this.#codec = codec;
    this.#decoder.configure({ codec, optimizeForLatency: true });
    return true;
  }

  #fail() {
    this.close();
    if (!this.#hasDrawn) this.#failed();
  }

  #show(image) {
    this.#hasDrawn = true;
    this.#paint(image, image.displayWidth, image.displayHeight);
    const frame = this.#inside.get(image.timestamp);
    for (const stamp of this.#inside.keys()) if (stamp <= image.timestamp) this.#inside.delete(stamp);
    image.close();
    if (frame) this.#drawn(frame);
  }
}
