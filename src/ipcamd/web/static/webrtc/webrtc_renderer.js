// WebRTC renderer: the browser receives and decodes; each picture is drawn on the canvas, where all others are, too.

import { paint } from "../live/paint.js";

const PER_MILLISECOND = 90; // of RTP time stamps of video
const WRAP = 2 ** 32 / PER_MILLISECOND; // milliseconds until they begin anew

/**
 * When a picture was captured.
 *
 * @param {number} timestamp of RTP
 * @param {number} offset the time stamp of 1970
 * @param {number} near milliseconds since 1970, within six hours
 * @returns {number} milliseconds since 1970, by the camera's clock
 */
export function capturedAt(timestamp, offset, near) {
  const captured = ((timestamp - offset) >>> 0) / PER_MILLISECOND;
  return captured + Math.round((near - captured) / WRAP) * WRAP;
}

/** Draws what a session receives. */
export class WebRtcRenderer {
  #canvas;
  #pen;
  #drawn;
  #video = Object.assign(document.createElement("video"), { muted: true, playsInline: true, disableRemotePlayback: true });
  #clockOffset = null;
  #counter = 0;
  #closed = false;

  /** @param {HTMLCanvasElement} canvas @param {(frame: {captured: number|null}) => void} drawn told of each on screen */
  constructor(canvas, drawn) {
    this.#canvas = canvas;
    this.#pen = canvas.getContext("2d", { alpha: false });
    this.#drawn = drawn;
    this.#awaitPicture();
  }

  /** Whether its sound is off. */
  get muted() {
    return this.#video.muted;
  }

  set muted(muted) {
    this.#video.muted = muted;
  }

  /** Begin with a session, or count what did not come. */
  show(frame) {
    if (frame.kind === "traffic") {
      this.#counter += frame.lost;
      return;
    }
    this.#clockOffset = frame.clockOffset;
    this.#video.srcObject = frame.media;
    this.#play();
  }

  /** End playback. */
  close() {
    this.#closed = true;
    this.#video.srcObject = null;
  }

  async #play() {
    try {
      await this.#video.play();
    } catch (error) {
      if (error.name !== "NotAllowedError" || this.#video.muted) return; // another session has begun, or it has ended
      this.#video.muted = true; // without a gesture browsers play silent pictures only
      this.#play();
    }
  }

  #awaitPicture() {
    this.#video.requestVideoFrameCallback((_, metadata) => {
      if (this.#closed) return;
      this.#draw(metadata.rtpTimestamp);
      this.#awaitPicture();
    });
  }

  #draw(timestamp) {
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (!width) return;
    paint(this.#canvas, this.#pen, this.#video, width, height);
    const isTimed = this.#clockOffset !== null && timestamp !== undefined;
    const captured = isTimed ? capturedAt(timestamp, this.#clockOffset, Date.now()) : null;
    this.#counter += 1;
    this.#drawn({ kind: "video", captured, counter: this.#counter, bytes: 0 });
  }
}
