// Background pause: a page that stays hidden closes its connections, and opens them again when it is shown.

const BACKGROUND_PAUSE_MS = 15_000; // milliseconds in the background before a connection is closed

/** Call `pause` after this time in the background, and `resume` whenever the page is shown again. */
export function pauseInBackground(pause, resume) {
  let timer = null;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(pause, BACKGROUND_PAUSE_MS);
    else resume();
  });
}
