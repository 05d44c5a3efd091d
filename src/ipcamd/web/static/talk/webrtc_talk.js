// Talk over WebRTC: while the button is held, the session of the picture also sends the microphone's sound.

import { Talk, requestTalk } from "./talk.js";

const SILENCE = new Uint8Array(); // the sound itself is sent by WebRTC
const REPEAT_MS = 1000; // milliseconds between two requests for the turn, which lasts for two seconds

/**
 * @typedef {object} TalkChannel
 * @property {RTCRtpSender} sender
 * @property {string} session its identifier, which is the name of the talk
 */

/** One talk over WebRTC. */
export class WebRtcTalk extends Talk {
  #channel;
  #timer = null;

  /** @param {TalkChannel} channel @param {(why: string) => void} failed */
  constructor(channel, failed) {
    super(failed);
    this.#channel = channel;
  }

  /** See `Talk`. */
  async begin() {
    await this.#channel.sender.replaceTrack(this.microphone.getAudioTracks()[0]);
    this.#keepTurn();
  }

  /** See `Talk`. */
  async end() {
    clearTimeout(this.#timer);
    await this.#channel.sender.replaceTrack(null).catch(() => {}); // the connection has ended
  }

  /** Free the turn. */
  finish() {
    return requestTalk(this.#channel.session, SILENCE, true);
  }

  /** Check regularly whether the camera plays it. */
  async #keepTurn() {
    if (this.isEnded) return;
    const why = this.#channel.sender.transport?.state === "connected" ? await requestTalk(this.#channel.session, SILENCE, false) : "the camera does not answer";
    if (why) this.fail(why);
    else if (!this.isEnded) this.#timer = setTimeout(() => this.#keepTurn(), REPEAT_MS);
  }
}
