// Missing part: parts of a page are loaded when they are first used, which fails while the camera does not answer.

const FAILED = /dynamically imported module|importing a module script/i; // messages of Chromium and Firefox, and of Safari

/**
 * Show a message when a part of this page cannot be loaded. The next use tries again.
 *
 * @param {(text: string) => void} say shows a short message
 */
export function tellMissingParts(say) {
  addEventListener("unhandledrejection", (event) => {
    if (!FAILED.test(event.reason?.message)) return;
    event.preventDefault(); // the user is informed, and the console must not report it
    say("Not opened: the camera does not answer");
  });
}
