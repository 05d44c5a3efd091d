// Talk over WebRTC: while it is held, the microphone's sound goes out in the session that shows the picture.

import { openMicrophone, requestTalk } from "./talk_request.js";

const SILENCE = new Uint8Array(); // the sound itself goes another way
const REPEAT = 1000; // milliseconds between two requests for the turn, which lasts for two seconds

/**
 * @typedef {object} TalkChannel
 * @property {RTCRtpSender} sender
 * @property {string} session its identifier, by which the camera knows the talk
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
      if (this.#ended) return this.#release(); // let go while the browser was asking
      await this.#channel.sender.replaceTrack(this.#microphone.getAudioTracks()[0]);
    } catch (error) {
      return this.#fail(error.message);
    }
    return this.#keepTurn();
  }

  /** Let go: the microphone and the turn are free. */
  async stop() {
    if (this.#ended) return;
    this.#ended = true;
    const wasOpen = this.#microphone !== null;
    await this.#release();
    if (wasOpen) await requestTalk(this.#channel.session, SILENCE, true);
  }

  /** Learn regularly whether the camera plays it. */
  async #keepTurn() {
    if (this.#ended) return;
    const why = this.#channel.sender.transport?.state === "connected" ? await requestTalk(this.#channel.session, SILENCE, false) : "the camera does not answer";
    if (why) this.#fail(why);
    else if (!this.#ended) this.#timer = setTimeout(() => this.#keepTurn(), REPEAT);
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
