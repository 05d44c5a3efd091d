// Talk: the microphone of this device, and the turn at the camera's speaker.

import { cameraUrl, sendCommand } from "../shared/camera_request.js";

const PATH = "cgi/audio/talk.cgi";
const REASONS = { NotAllowedError: "this page may not use the microphone", NotFoundError: "there is no microphone" };

/** One talk, from `start` to `stop`. A subclass transmits the sound: `begin()` to `end()`, then `finish()`. */
export class Talk {
  #failed;
  isEnded = false;
  microphone = null; // MediaStream

  /** @param {(why: string) => void} failed */
  constructor(failed) {
    this.#failed = failed;
  }

  /** Ask for the microphone and begin to talk. */
  async start() {
    try {
      this.microphone = await openMicrophone();
      if (this.isEnded) return this.#release(); // released while the browser asked for permission
      await this.begin();
    } catch (error) {
      this.fail(error.message);
    }
  }

  /** Release: free the microphone and the turn. */
  async stop() {
    if (this.isEnded) return;
    this.isEnded = true;
    if (!this.microphone) return;
    await this.#release();
    await this.finish();
  }

  fail(why) {
    if (!this.isEnded) this.#failed(why);
    this.isEnded = true;
    this.#release();
  }

  async #release() {
    this.microphone?.getTracks().forEach((track) => track.stop());
    this.microphone = null;
    await this.end();
  }
}

/** @returns {Promise<MediaStream>} the microphone's sound; rejected with a message for the user */
async function openMicrophone() {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, channelCount: 1 } });
  } catch (error) {
    throw new Error(REASONS[error.name] ?? error.message, { cause: error });
  }
}

/**
 * Take the turn at the speaker, or keep it for two seconds more, and play a piece of u-law.
 *
 * @param {string} session name of the talk
 * @param {Uint8Array} piece may be empty
 * @param {boolean} isLast the turn ends
 * @returns {Promise<string>} why it is not played; "" if it is
 */
export function requestTalk(session, piece, isLast) {
  const url = cameraUrl(PATH, { session, last: isLast ? "yes" : "no" });
  return sendCommand(url, new Blob([piece], { type: "audio/basic" }));
}
