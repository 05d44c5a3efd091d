// Host state: the camera's clock and network, for the parts of the system page that show them.

import { getFromCamera } from "./camera_request.js";

const AGAIN_MS = 5_000; // milliseconds between two requests while the page is visible

const followers = new Set();
let timer = null;

/** Call `follower(state)` with the answer of /web/system, now and periodically. */
export function followHostState(follower) {
  followers.add(follower);
  if (followers.size === 1) document.addEventListener("visibilitychange", () => !document.hidden && lookAgain());
  lookAgain();
}

/** Request it at once, because something has changed. */
export function lookAgain() {
  clearTimeout(timer);
  timer = setTimeout(look, 0);
}

async function look() {
  try {
    const answer = await getFromCamera("web/system", {}, AbortSignal.timeout(AGAIN_MS));
    if (answer.ok) {
      const state = await answer.json();
      for (const follower of followers) follower(state);
    }
  } catch {
    // the camera may be changing its address, or restarting
  }
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, AGAIN_MS);
}
