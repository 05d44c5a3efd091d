// Held button: acts while it is pressed by mouse or touch.

/** Call `press()` and `release()` for a pointer, and `click()` for a click by keyboard or by a screen reader, which cannot hold it. */
export function listenToHolding(button, { press, release, click }) {
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    press();
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) button.addEventListener(end, release);
  button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long touch
  button.addEventListener("click", (event) => event.detail === 0 && click());
}
