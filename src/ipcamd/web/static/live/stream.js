// Stream client: connects, delivers frames, and reconnects after any end.

import { cameraUrl } from "../shared/camera_url.js";

const PAUSES = [0.3, 0.6, 1, 1.5, 2, 3, 5, 8, 10]; // seconds before the first, second ... retry
const SILENCE = 8000; // milliseconds without a byte: the connection is dead

/** End of a connection, with a message for the user. */
class Ended extends Error {
  /** @param {string} message @param {{final?: boolean, pause?: number}} how final: trying again is of no use */
  constructor(message, { final = false, pause = 0 } = {}) {
    super(message);
    this.final = final;
    this.pause = pause;
  }
}

/**
 * Seconds to wait before trying again.
 *
 * @param {number} failures in a row
 * @param {number} chance 0 to 1; spreads the viewers of a camera that comes back
 */
export function pauseAfter(failures, chance = Math.random()) {
  return PAUSES[Math.min(failures, PAUSES.length) - 1] * (0.8 + 0.4 * chance);
}

/**
 * @typedef {object} Listener
 * @property {(again: boolean) => void} connecting again: the last connection failed
 * @property {() => void} connected a new connection's first bytes are there
 * @property {(frame: import("./payload.js").Frame) => void} frame
 * @property {(why: string, seconds: number) => void} waiting until the next try
 * @property {(why: string) => void} refused for good
 */

/** One stream, watched from `start` to `stop`. */
export class Stream {
  #url;
  #listener;
  #read;
  #stop = null;
  #wake = null;

  /**
   * @param {string} path
   * @param {Listener} listener
   * @param {(answer: Response) => {feed: (chunk: Uint8Array) => object[]}|null} read makes the reader of an answer
   */
  constructor(path, listener, read) {
    // not relative to the page: its address may hold a password, which fetch refuses
    this.#url = cameraUrl(path);
    this.#listener = listener;
    this.#read = read;
  }

  /** Begin to watch. */
  start() {
    this.stop();
    this.#stop = new AbortController();
    this.#run(this.#stop.signal);
  }

  /** Close the connection. */
  stop() {
    this.#stop?.abort();
    this.#stop = null;
  }

  /** Retry at once. */
  hurry() {
    this.#wake?.();
  }

  async #run(stopped) {
    let failures = 0;
    while (!stopped.aborted) {
      const before = performance.now();
      this.#listener.connecting(failures > 0);
      const end = await this.#watch(stopped);
      if (stopped.aborted) return;
      if (end.final) return this.#listener.refused(end.message);
      failures = performance.now() - before > SILENCE ? 1 : failures + 1;
      const seconds = Math.max(end.pause, pauseAfter(failures));
      this.#listener.waiting(end.message, seconds);
      await this.#sleep(seconds, stopped);
    }
  }

  /** Watch until the connection ends; return why it did. */
  async #watch(stopped) {
    const connection = new AbortController();
    const stop = () => connection.abort();
    stopped.addEventListener("abort", stop, { once: true });
    let alarm = setTimeout(stop, SILENCE);
    try {
      const [reader, frames] = await this.#open(connection.signal);
      for (let first = true; ; first = false) {
        const { done, value } = await reader.read();
        if (done) return new Ended("The camera closed the stream");
        clearTimeout(alarm);
        alarm = setTimeout(stop, SILENCE);
        if (first) this.#listener.connected();
        for (const frame of frames.feed(value)) this.#listener.frame(frame);
      }
    } catch (error) {
      return ended(error, connection.signal);
    } finally {
      clearTimeout(alarm);
      stopped.removeEventListener("abort", stop);
      connection.abort();
    }
  }

  async #open(signal) {
    const answer = await fetch(this.#url, { signal, cache: "no-store", credentials: "same-origin" });
    if (!answer.ok) throw refusal(answer);
    const frames = this.#read(answer);
    if (!frames) throw new Ended((await answer.text()).slice(0, 200).trim() || "The stream does not exist");
    return [answer.body.getReader(), frames];
  }

  #sleep(seconds, stopped) {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        stopped.removeEventListener("abort", wake);
        if (this.#wake === wake) this.#wake = null;
        resolve();
      };
      const timer = setTimeout(wake, seconds * 1000);
      stopped.addEventListener("abort", wake);
      this.#wake = wake;
    });
  }
}

function ended(error, signal) {
  if (error instanceof Ended) return error;
  if (signal.aborted) return new Ended("The stream has stopped");
  // the browser's own errors of the network are TypeErrors
  return new Ended(error instanceof TypeError ? "The camera does not answer" : "The stream is damaged");
}

function refusal(answer) {
  const later = Number(answer.headers.get("Retry-After")) || 0;
  switch (answer.status) {
    case 401:
      return new Ended("Log in to watch the stream", { final: true });
    case 403:
      return new Ended("This account may not watch the stream", { final: true });
    case 429:
      return new Ended("Too many failed logins", { pause: later });
    case 503:
      return new Ended("The maximum number of viewers is reached", { pause: later });
    default:
      return new Ended(`The camera answered ${answer.status}`, { pause: later });
  }
}
