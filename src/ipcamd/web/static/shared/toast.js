// Toast: a short message at the bottom of the page.

import { element, setText } from "./elements.js";

const SHOWN_MS = 3500; // milliseconds that a message is shown
let timer = null;

/** Show a message in `#toast`. */
export function showToast(text) {
  const toast = element("toast");
  setText(toast, text);
  toast.classList.add("on");
  clearTimeout(timer);
  timer = setTimeout(() => toast.classList.remove("on"), SHOWN_MS);
}
