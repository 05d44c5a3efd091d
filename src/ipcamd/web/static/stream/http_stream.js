// HTTP stream: reads the frames of a stream over HTTP.

import { getFromCamera } from "../shared/camera_request.js";
import { Ended, ReconnectingStream, ended, refusal } from "./reconnecting_stream.js";

const SILENCE_MS = 8000; // milliseconds without a byte: the connection is dead

/** One stream over HTTP. */
export class HttpStream extends ReconnectingStream {
  #path;
  #read;

  /**
   * @param {string} path
   * @param {import("./reconnecting_stream.js").Listener} listener
   * @param {(answer: Response) => {feed: (chunk: Uint8Array) => object[]}|null} read makes the reader of an answer
   */
  constructor(path, listener, read) {
    super(listener);
    this.#path = path;
    this.#read = read;
  }

  /** See `ReconnectingStream`. */
  async watch(stopped) {
    const connection = new AbortController();
    const stop = () => connection.abort();
    stopped.addEventListener("abort", stop, { once: true });
    let alarm = setTimeout(stop, SILENCE_MS);
    try {
      const [reader, frames] = await this.#open(connection.signal);
      for (let first = true; ; first = false) {
        const { done, value } = await reader.read();
        if (done) return new Ended("The camera closed the stream");
        clearTimeout(alarm);
        alarm = setTimeout(stop, SILENCE_MS);
        if (first) this.listener.connected();
        for (const frame of frames.feed(value)) this.listener.frame(frame);
      }
    } catch (error) {
      return ended(error, connection.signal.aborted);
    } finally {
      clearTimeout(alarm);
      stopped.removeEventListener("abort", stop);
      connection.abort();
    }
  }

  async #open(signal) {
    const answer = await getFromCamera(this.#path, {}, signal);
    if (!answer.ok) throw refusal(answer);
    const frames = this.#read(answer);
    if (!frames) throw new Ended((await answer.text()).slice(0, 200).trim() || "The stream does not exist");
    return [answer.body.getReader(), frames];
  }
}
