// Talk over WebRTC: while the button is held, the session of the picture also sends the microphone's sound.

import { openMicrophone, requestTalk } from "./talk_request.js";

const SILENCE = new Uint8Array(); // the sound itself is sent by WebRTC
const REPEAT_MS = 1000; // milliseconds between two requests for the turn, which lasts for two seconds

/**
 * @typedef {object} TalkChannel
 * @property {RTCRtpSender} sender
 * @property {string} session its identifier, which is the name of the talk
 */

/** One talk, from `start` to `stop`. */
export class WebRtcTalk {
  #channel;
  #failed;
  #microphone = null;
  #timer = null;
  #ended = false;

  /** @param {TalkChannel} channel @param {(why: string) => void} failed */
  constructor(channel, failed) {
    this.#channel = channel;
    this.#failed = failed;
  }

  /** Ask for the microphone and begin to talk. */
  async start() {
    try {
      this.#microphone = await openMicrophone();
      if (this.#ended) return this.#release(); // released while the browser asked for permission
      await this.#channel.sender.replaceTrack(this.#microphone.getAudioTracks()[0]);
    } catch (error) {
      return this.#fail(error.message);
    }
    return this.#keepTurn();
  }

  /** Release: free the microphone and the turn. */
  async stop() {
    if (this.#ended) return;
    this.#ended = true;
    const wasOpen = this.#microphone !== null;
    await this.#release();
    if (wasOpen) await requestTalk(this.#channel.session, SILENCE, true);
  }

  /** Check regularly whether the camera plays it. */
  async #keepTurn() {
    if (this.#ended) return;
    const why = this.#channel.sender.transport?.state === "connected" ? await requestTalk(this.#channel.session, SILENCE, false) : "the camera does not answer";
    if (why) this.#fail(why);
    else if (!this.#ended) this.#timer = setTimeout(() => this.#keepTurn(), REPEAT_MS);
  }

  #fail(why) {
    if (!this.#ended) this.#failed(why);
    this.#ended = true;
    this.#release();
  }

  async #release() {
    clearTimeout(this.#timer);
    this.#microphone?.getTracks().forEach((track) => track.stop());
    this.#microphone = null;
    await this.#channel.sender.replaceTrack(null).catch(() => {}); // the connection has ended
  }
}
