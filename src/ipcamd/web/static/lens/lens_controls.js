// Lens controls: zoom, focus and autofocus of the motor lens, for accounts that may move it; its position, for all.

import { cameraUrl, postToCamera } from "../shared/camera_url.js";

const PATH = "cgi/fz/focuszoomctl.cgi";
const BUSY = "busy"; // refusal while a motor runs
const AGAIN_MS = 80; // milliseconds from such a refusal to the next attempt
const PATIENCE_MS = 5_000; // milliseconds that an action waits for the motor

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The part of the strip below the picture. A device without a lens does not show it. */
class LensControls extends HTMLElement {
  #zoom = this.querySelector("input");
  #autofocus = this.querySelector("[data-part=autofocus]");
  #error = this.querySelector("[role=alert]");
  #acting = false;
  #held = null; // the pressed button

  connectedCallback() {
    const isGuest = this.dataset.rank === "guest";
    for (const control of this.querySelectorAll("input, button")) control.hidden = isGuest;
    this.#zoom.addEventListener("change", () => this.#act({ movezoom: this.#zoom.value }));
    this.#autofocus.addEventListener("click", () => this.#act({ smartfocusscan: "" }));
    for (const button of this.querySelectorAll("[data-step]")) this.#listen(button);
  }

  /** @param {{lens?: {zoom: number, focus: number, busy: boolean, autofocus: boolean}|null}} parts that changed */
  take({ lens }) {
    if (lens === undefined) return;
    this.hidden = !lens;
    if (!lens) return;
    this.#tell("zoom", String(lens.zoom));
    this.#tell("focus", lens.autofocus ? "searching" : String(lens.focus));
    if (!this.#acting && document.activeElement !== this.#zoom) this.#zoom.value = lens.zoom;
    this.#autofocus.setAttribute("aria-pressed", String(lens.autofocus));
    this.setAttribute("aria-busy", String(lens.busy));
  }

  // a short press moves one step, a long one moves until it ends
  #listen(button) {
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      this.#hold(button);
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) button.addEventListener(end, () => (this.#held = null));
    button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long touch
    button.addEventListener("click", (event) => {
      if (event.detail === 0) this.#act({ [button.dataset.step]: "" }); // by keyboard, or by a screen reader
    });
  }

  async #hold(button) {
    this.#held = button;
    let moved = true;
    while (moved && this.#held === button) moved = await this.#act({ [button.dataset.step]: "" });
  }

  /** Carry out an action, when the motor is free; return whether it succeeded. */
  async #act(command) {
    if (this.#acting) return false;
    this.#acting = true;
    const end = performance.now() + PATIENCE_MS;
    let why = await this.#post(command);
    while (why === BUSY && performance.now() < end) {
      await pause(AGAIN_MS);
      why = await this.#post(command);
    }
    this.#acting = false;
    setText(this.#error, why && `Lens not moved: ${why}`);
    return !why;
  }

  /** Send an action; return why it failed, or "". */
  async #post(command) {
    try {
      const answer = await postToCamera(cameraUrl(PATH), new URLSearchParams(command));
      const text = (await answer.text()).trim();
      if (answer.ok && text === "OK") return "";
      return text.replace(/^Request failed: /, "") || `the camera answered ${answer.status}`;
    } catch {
      return "the camera does not answer";
    }
  }

  #tell(part, text) {
    setText(this.querySelector(`[data-part=${part}]`), text);
  }
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text; // screen readers repeat text that is set again
}

customElements.define("lens-controls", LensControls);
