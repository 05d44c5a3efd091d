// Push-to-talk over HTTP: while the button is held, the camera's speaker plays the microphone's sound.

import { joined } from "../mp4/mp4_reader.js";
import { cameraUrl } from "../shared/camera_request.js";
import { Talk, requestTalk } from "./talk.js";

const WORKLET = "web/talk/ulaw_worklet.js";
const SESSION = String(Math.random()).slice(2); // one for all talks of this page, so that a talk does not wait for the previous one
const PIECE = 1600; // bytes of one request, 0.2 s
const MOST_WAITING = 16_000; // most waiting bytes; older ones are dropped

/** Collects u-law and sends it in pieces, one after the other. */
export class TalkSender {
  #send;
  #waiting = [];
  #size = 0;
  #sending = null;

  /** @param {(piece: Uint8Array, isLast: boolean) => Promise<void>} send */
  constructor(send) {
    this.#send = send;
  }

  /** @param {Uint8Array} codes */
  add(codes) {
    this.#waiting.push(codes);
    this.#size += codes.length;
    while (this.#size > MOST_WAITING) this.#size -= this.#waiting.shift().length;
    if (this.#size >= PIECE) this.#sending ??= this.#drain();
  }

  /** Send the rest, marked as the last piece. */
  async finish() {
    await this.#sending;
    await this.#send(this.#take(), true);
  }

  async #drain() {
    while (this.#size >= PIECE) await this.#send(this.#take(), false);
    this.#sending = null;
  }

  #take() {
    this.#size = 0;
    return joined(this.#waiting.splice(0));
  }
}

/** One talk over HTTP. */
export class PushToTalk extends Talk {
  #sender = new TalkSender((piece, isLast) => this.#post(piece, isLast));
  #context = null;

  /** See `Talk`. */
  async begin() {
    this.#context = new AudioContext();
    await this.#context.audioWorklet.addModule(cameraUrl(WORKLET));
    if (this.isEnded) return;
    const node = new AudioWorkletNode(this.#context, "ulaw");
    node.port.onmessage = ({ data }) => !this.isEnded && this.#sender.add(data);
    // browsers run only nodes that lead to the output; this node's output is silence
    this.#context.createMediaStreamSource(this.microphone).connect(node).connect(this.#context.destination);
  }

  /** See `Talk`. */
  end() {
    this.#context?.close();
    this.#context = null;
  }

  /** Send the rest. */
  finish() {
    return this.#sender.finish();
  }

  async #post(piece, isLast) {
    const why = await requestTalk(SESSION, piece, isLast);
    if (why) this.fail(why);
  }
}
