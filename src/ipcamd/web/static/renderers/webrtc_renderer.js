// WebRTC renderer: plays the media of a WebRTC session.

import { VideoRenderer } from "./video_renderer.js";

const PER_MILLISECOND = 90; // of RTP time stamps of video
const WRAP = 2 ** 32 / PER_MILLISECOND; // milliseconds until they wrap

/**
 * Capture time of a picture.
 *
 * @param {number} timestamp of RTP
 * @param {number} offset time stamp of the epoch
 * @param {number} near milliseconds since 1970, within six hours
 * @returns {number} milliseconds since 1970, by the camera's clock
 */
export function capturedAt(timestamp, offset, near) {
  const captured = ((timestamp - offset) >>> 0) / PER_MILLISECOND;
  return captured + Math.round((near - captured) / WRAP) * WRAP;
}

/** Plays the media of a session. */
export class WebRtcRenderer extends VideoRenderer {
  #clockOffset = null;
  #counter = 0;

  /** Play a new session, or count lost pictures. */
  show(frame) {
    if (frame.kind === "traffic") {
      this.#counter += frame.lost;
      return;
    }
    this.#clockOffset = frame.clockOffset;
    this.video.srcObject = frame.media;
    this.play();
  }

  /** End playback. */
  close() {
    super.close();
    this.video.srcObject = null;
  }

  /** See `VideoRenderer`. */
  frameOf(metadata) {
    const timestamp = metadata?.rtpTimestamp;
    const isTimed = this.#clockOffset !== null && timestamp !== undefined;
    const captured = isTimed ? capturedAt(timestamp, this.#clockOffset, Date.now()) : null;
    this.#counter += 1;
    return { kind: "video", captured, counter: this.#counter, bytes: 0 };
  }
}
