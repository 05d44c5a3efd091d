// Device controls: day and night, digital inputs and outputs; they show the present state to all viewers.

import { updateSettings } from "../shared/camera_request.js";
import { make, setText } from "../shared/elements.js";

const LIGHT = { true: "Night", false: "Day" };
const USAGE = { auto: "automatic, by light", schedule: "by schedule", on: "set manually", off: "set manually" };

/** The strip below the picture. What the device does not have is not shown. */
class DeviceControls extends HTMLElement {
  #rank = this.dataset.rank;
  #usage = this.querySelector("select");
  #output = this.querySelector('[data-param="GPIO.TriggerOutStatus1"]');
  #privacy = this.querySelector('[data-param="Privacy.Enabled"]');
  #error = this.querySelector("[role=alert]");
  #light = null;
  #levels = [];
  #isPrivate = false;

  connectedCallback() {
    this.#bind(this.#usage, "IRCUt", () => ({ Usage: this.#usage.value }), () => this.#showLight(this.#light));
    this.#bind(this.#output, "GPIO", () => ({ TriggerOutStatus1: this.#output.checked ? "high" : "low" }), () => this.#showOutput(this.#levels));
    this.#bind(this.#privacy, "Privacy", () => ({ Enabled: this.#privacy.checked ? "yes" : "no" }), () => this.#showPrivacy(this.#isPrivate));
    this.#privacy.disabled = this.#rank !== "admin";
    this.#usage.hidden = this.#rank !== "admin";
    if (this.#rank !== "guest") return;
    this.#output.disabled = true;
    this.#output.closest("label").title = "Guests may not switch this";
  }

  /** @param {{day_night?: {night: boolean, usage: string}|null, inputs?: string[], outputs?: string[],
   * privacy?: boolean}} parts that changed */
  take({ day_night: light, inputs, outputs, privacy }) {
    if (light !== undefined) this.#showLight(light);
    if (inputs) this.#showInputs(inputs);
    if (outputs) this.#showOutput(outputs);
    if (privacy !== undefined) this.#showPrivacy(privacy);
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  #showLight(light) {
    this.#light = light;
    this.#part("light").hidden = !light;
    if (!light) return;
    const words = this.#usage.hidden ? `${LIGHT[light.night]}, ${USAGE[light.usage]}` : LIGHT[light.night];
    setText(this.#part("light-state"), words);
    this.#part("light").classList.toggle("night", light.night);
    this.#usage.value = light.usage;
  }

  #showInputs(levels) {
    this.#part("inputs").replaceChildren(
      ...levels.map((level, at) => {
        const lamp = make("span", "lamp", `Input ${at + 1} `, make("b", "", level));
        lamp.dataset.level = level;
        return lamp;
      }),
    );
  }

  #showOutput(levels) {
    this.#levels = levels;
    this.#part("output").hidden = !levels.length;
    this.#output.checked = levels[0] === "high";
    setText(this.#part("output-state"), levels[0] ?? "");
  }

  #showPrivacy(isOn) {
    this.#isPrivate = isOn;
    this.#part("privacy").hidden = this.#rank !== "admin" && !isOn;
    this.#privacy.checked = isOn;
    setText(this.#part("privacy-state"), isOn ? "camera off" : "off");
  }

  /** Set the parameters `values()` when the user changes a control; `restore()` shows the present state after a failure. */
  #bind(control, group, values, restore) {
    control.addEventListener("change", async () => {
      control.setAttribute("aria-busy", "true");
      const error = await updateSettings(group, values());
      control.removeAttribute("aria-busy");
      setText(this.#error, error && `Not switched: ${error}`);
      if (error) restore();
    });
  }
}

customElements.define("device-controls", DeviceControls);
