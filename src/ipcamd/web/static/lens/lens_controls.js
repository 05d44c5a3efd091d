// Lens controls: zoom, focus and autofocus of the motor lens, for accounts that may move it; its position, for all.

import { sendCommand } from "../shared/camera_request.js";
import { setText } from "../shared/elements.js";
import { listenToHolding } from "../shared/held_button.js";

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
    // a short press moves one step, a long one moves until it ends
    for (const button of this.querySelectorAll("[data-step]")) {
      listenToHolding(button, { press: () => this.#hold(button), release: () => (this.#held = null), click: () => this.#act({ [button.dataset.step]: "" }) });
    }
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
    let why = await sendCommand(PATH, command);
    while (why === BUSY && performance.now() < end) {
      await pause(AGAIN_MS);
      why = await sendCommand(PATH, command);
    }
    this.#acting = false;
    setText(this.#error, why && `Lens not moved: ${why}`);
    return !why;
  }

  #tell(part, text) {
    setText(this.querySelector(`[data-part=${part}]`), text);
  }
}

customElements.define("lens-controls", LensControls);
