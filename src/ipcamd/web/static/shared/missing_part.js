// Missing part: some parts of a page are loaded when they are first used, which fails while the camera is away.

const FAILED = /dynamically imported module|importing a module script/i; // words of Chromium and Firefox, and of Safari

/**
 * Tell the person when a part of this page cannot be loaded. The next use tries again.
 *
 * @param {(text: string) => void} say shows a short message
 */
export function tellMissingParts(say) {
  addEventListener("unhandledrejection", (event) => {
    if (!FAILED.test(event.reason?.message)) return;
    event.preventDefault(); // it is told, no fault of the page
    say("Not opened: the camera does not answer");
  });
}
