// Picture delay: the age of the shown picture, by the camera's clock.

import { readJson } from "../shared/camera_request.js";

const TRIES = 5;
const OFFSET_AGE_MS = 60_000; // milliseconds between two readings of the camera's clock
const DELAY_JUMP_MS = 3_000; // a delay that changes by more milliseconds at once means that a clock was set
const FOREIGN_CLOCK_MS = 60_000; // milliseconds; a longer delay means that another clock stamped the picture

/** Measures the delay of each shown picture. */
export class PictureDelay {
  #offset = null; // difference of the camera's clock and the browser's, in milliseconds; null: unknown
  #asked = -Infinity;
  #last = null;

  /** Forget how old the offset is: the camera may have a new clock. */
  expire() {
    this.#asked = -Infinity;
  }

  /** Measure the offset if it is too old; return whether it was. */
  async synchronize() {
    if (performance.now() - this.#asked <= OFFSET_AGE_MS) return false;
    this.#asked = performance.now();
    this.#offset = await clockOffset(askCamera).catch(() => null);
    this.#last = null;
    return true;
  }

  /**
   * @param {number | null} captured capture time, milliseconds since the epoch; null: unknown
   * @returns {number | null} delay in milliseconds; null: unknown, or another clock has stamped the picture
   */
  measure(captured) {
    if (this.#offset === null || captured === null) return null;
    const delay = browserTime() + this.#offset - captured;
    if (this.#last !== null && Math.abs(delay - this.#last) > DELAY_JUMP_MS) this.expire();
    this.#last = delay;
    return Math.abs(delay) < FOREIGN_CLOCK_MS ? delay : null;
  }
}

/** The browser's time: milliseconds since the epoch, finer than Date.now() and never set back. */
function browserTime() {
  return performance.timeOrigin + performance.now();
}

/**
 * Ask for the camera's time a few times and use the fastest answer: its delay is the smallest.
 *
 * @param {() => Promise<number>} ask returns the camera's time
 * @param {() => number} time the browser's
 * @returns {Promise<number>} milliseconds to add to the browser's time
 */
export async function clockOffset(ask, time = browserTime) {
  let best = { trip: Infinity, offset: 0 };
  for (let i = 0; i < TRIES; i++) {
    const asked = time();
    const camera = await ask();
    const answered = time();
    const trip = answered - asked;
    if (trip < best.trip) best = { trip, offset: camera - (asked + answered) / 2 };
  }
  return best.offset;
}

/** @returns {Promise<number>} the camera's time, milliseconds since the epoch */
async function askCamera() {
  return (await readJson("web/now")).now;
}
