// JPEG renderer: draws JPEG frames on a canvas. While one is decoded, only the newest waiting one is kept.

import { painterOn } from "./paint.js";

/** Draws MJPEG. */
export class JpegRenderer {
  #paint;
  #drawn;
  #next = null;
  #busy = false;

  /** @param {HTMLCanvasElement} canvas @param {(frame: import("../stream/payload_header.js").Frame) => void} drawn called for each displayed frame */
  constructor(canvas, drawn) {
    this.#paint = painterOn(canvas);
    this.#drawn = drawn;
  }

  /** Show this frame, unless a newer one arrives first. */
  show(frame) {
    this.#next = frame;
    if (!this.#busy) this.#drain();
  }

  /** Drop frames that are not drawn yet. */
  close() {
    this.#next = null;
    this.#drawn = () => {};
  }

  async #drain() {
    this.#busy = true;
    while (this.#next) {
      const frame = this.#next;
      this.#next = null;
      await this.#draw(frame);
    }
    this.#busy = false;
  }

  async #draw(frame) {
    let bitmap;
    try {
      bitmap = await createImageBitmap(new Blob([frame.data], { type: "image/jpeg" }));
    } catch {
      return; // a damaged picture does not end playback
    }
    this.#paint(bitmap, bitmap.width, bitmap.height);
    bitmap.close();
    this.#drawn(frame);
  }
}
