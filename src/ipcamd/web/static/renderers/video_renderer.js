// Video renderer: draws the pictures of a video element, which decodes them and plays the sound, on the canvas.

import { painterOn } from "./paint.js";

/** Base class of renderers that play through a video element. */
export class VideoRenderer {
  #paint;
  #closed = false;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(frame: {captured: number|null}) => void} drawn called for each picture on the screen
   */
  constructor(canvas, drawn) {
    this.#paint = painterOn(canvas);
    this.drawn = drawn;
    this.video = Object.assign(document.createElement("video"), { muted: true, playsInline: true, disableRemotePlayback: true });
    this.#awaitPicture();
  }

  /** Whether the sound is off. */
  get muted() {
    return this.video.muted;
  }

  set muted(muted) {
    this.video.muted = muted;
  }

  /** End playback. */
  close() {
    this.#closed = true;
  }

  /** Start or resume playback, without sound if the browser demands a gesture for it. */
  async play() {
    try {
      await this.video.play();
    } catch (error) {
      if (error.name !== "NotAllowedError" || this.video.muted) return; // replaced by another playback, or ended
      this.video.muted = true;
      this.play();
    }
  }

  /**
   * The frame of the present picture; null: do not draw it.
   *
   * @abstract
   * @param {VideoFrameCallbackMetadata|undefined} metadata undefined in browsers that do not report pictures
   */
  frameOf(metadata) {
    throw new Error(`not implemented: ${metadata}`);
  }

  #awaitPicture() {
    const draw = (_, metadata) => {
      if (this.#closed) return;
      this.#draw(metadata);
      this.#awaitPicture();
    };
    if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(draw);
    else requestAnimationFrame(draw);
  }

  #draw(metadata) {
    const { videoWidth: width, videoHeight: height } = this.video;
    const frame = width ? this.frameOf(metadata) : null;
    if (!frame) return;
    this.#paint(this.video, width, height);
    this.drawn(frame);
  }
}
