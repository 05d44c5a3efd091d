// Reconnecting stream: connects again whenever the connection ends, and reports the reason meanwhile.

const PAUSES = [0.3, 0.6, 1, 1.5, 2, 3, 5, 8, 10]; // seconds before the first, second ... retry
const STABLE_MS = 8000; // milliseconds after which a connection counts as successful

/** End of a connection, with a message for the user. */
export class Ended extends Error {
  /** @param {string} message @param {{final?: boolean, pause?: number}} how final: do not retry; pause: seconds before the retry */
  constructor(message, { final = false, pause = 0 } = {}) {
    super(message);
    this.final = final;
    this.pause = pause;
  }
}

/**
 * Seconds before the next attempt.
 *
 * @param {number} failures in a row
 * @param {number} chance 0 to 1; spreads the attempts of many viewers after a restart of the camera
 */
export function pauseAfter(failures, chance = Math.random()) {
  return PAUSES[Math.min(failures, PAUSES.length) - 1] * (0.8 + 0.4 * chance);
}

/**
 * @typedef {object} Listener
 * @property {(again: boolean) => void} connecting again: after a failed connection
 * @property {() => void} connected the first bytes of a new connection have arrived
 * @property {(frame: import("./payload_header.js").Frame) => void} frame
 * @property {(why: string, seconds: number) => void} waiting until the next attempt
 * @property {(why: string) => void} refused permanently
 * @property {() => void} unplayable this browser cannot play the stream
 * @property {() => void} unreachable the network blocks the stream at present, or the camera does not offer it
 */

/** Base class of streams, which connect in `watch` and run from `start` to `stop`. */
export class ReconnectingStream {
  #stop = null;
  #wake = null;

  /** @param {Listener} listener */
  constructor(listener) {
    this.listener = listener;
  }

  /**
   * Connect, and pass frames to the listener until the connection ends.
   *
   * @abstract
   * @param {AbortSignal} stopped
   * @returns {Promise<Ended|null>} the reason; null if the listener has been informed and no retry is needed
   */
  async watch(stopped) {
    throw new Error(`not implemented: ${stopped}`);
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
  retryNow() {
    this.#wake?.();
  }

  async #run(stopped) {
    let failures = 0;
    while (!stopped.aborted) {
      const before = performance.now();
      this.listener.connecting(failures > 0);
      const end = await this.watch(stopped);
      if (stopped.aborted || !end) return;
      if (end.final) return this.listener.refused(end.message);
      failures = performance.now() - before > STABLE_MS ? 1 : failures + 1;
      const seconds = Math.max(end.pause, pauseAfter(failures));
      this.listener.waiting(end.message, seconds);
      await this.#sleep(seconds, stopped);
    }
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

/** @param {Response} answer @returns {Ended} why the camera refuses the stream */
export function refusal(answer) {
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

/** @param {Error} error @param {boolean} aborted whether the connection was aborted @returns {Ended} */
export function ended(error, aborted) {
  if (error instanceof Ended) return error;
  if (aborted) return new Ended("The stream has stopped");
  // the browser's own errors of the network are TypeErrors
  return new Ended(error instanceof TypeError ? "The camera does not answer" : "The stream is damaged");
}
