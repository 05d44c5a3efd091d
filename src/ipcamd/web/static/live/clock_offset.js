// Clock offset: difference of the camera's clock and the browser's, from which the age of a frame follows.

import { cameraUrl } from "../shared/camera_url.js";

const TRIES = 5;
export const OFFSET_AGE_MS = 60_000; // milliseconds between two readings of the camera's clock
export const DELAY_JUMP_MS = 3_000; // a delay that changes by more milliseconds at once means that a clock was set
export const FOREIGN_CLOCK_MS = 60_000; // milliseconds; a longer delay means that another clock stamped the picture

/** The browser's time: milliseconds since the epoch, finer than Date.now() and never set back. */
export function browserTime() {
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
export async function askCamera() {
  const answer = await fetch(cameraUrl("web/now"), { cache: "no-store" });
  if (!answer.ok) throw new Error(`the camera answered ${answer.status}`);
  return (await answer.json()).now;
}
