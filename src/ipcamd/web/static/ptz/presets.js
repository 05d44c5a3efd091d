// Presets: their list, as the camera has it, and the form that goes to one, or stores one.

import { cameraUrl } from "../shared/camera_url.js";

const LIST = "cgi/param.cgi?action=list&group=PTZ.PresetList";
const COUNT = 8;
const STAY = 5; // seconds that a patrol stays at a new preset

const element = (id) => document.getElementById(id);

/** The presets' part of the panel. */
export class Presets {
  #presets = Array.from({ length: COUNT }, () => ({ enabled: false, seconds: STAY, name: "" }));
  #commands;
  #say;

  constructor(commands, say) {
    this.#commands = commands;
    this.#say = say;
    element("ptz-preset").append(...this.#presets.map((_, at) => new Option(String(at + 1), String(at + 1))));
    element("ptz-preset").addEventListener("change", () => this.#select());
    element("ptz-go").addEventListener("click", () => commands.send({ ptzpreset: this.#number }));
    element("ptz-store").addEventListener("click", () => this.#store());
    element("ptz-remove").addEventListener("click", () => this.#remove());
    this.#show();
  }

  /** Ask the camera for them. */
  async load() {
    const answer = await fetch(cameraUrl(LIST), { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return;
    const lines = (await answer.text()).matchAll(/^PTZ\.PresetList\.(\w+)=(.*?)\r?$/gm);
    this.take(Object.fromEntries([...lines].map(([, name, value]) => [name, value])));
    this.#select();
  }

  /** @param {Record<string, string>} values of the group `PTZ.PresetList` */
  take(values) {
    this.#presets = this.#presets.map((preset, at) => {
      const [enabled, seconds, name] = (values[`Preset${at + 1}`] ?? "0|5|").split("|");
      return { enabled: enabled === "1", seconds: Number(seconds), name };
    });
    this.#show();
  }

  get #number() {
    return Number(element("ptz-preset").value);
  }

  get #preset() {
    return this.#presets[this.#number - 1];
  }

  #select() {
    element("ptz-name").value = this.#preset.name;
    this.#show();
  }

  #show() {
    [...element("ptz-preset").options].forEach((option, at) => {
      const { enabled, name } = this.#presets[at];
      option.textContent = `${at + 1} · ${enabled ? name || `Preset ${at + 1}` : "not set"}`;
    });
    element("ptz-go").disabled = element("ptz-remove").disabled = !this.#preset.enabled;
    element("ptz-patrol").disabled = !this.#presets.some((preset) => preset.enabled);
  }

  async #store() {
    const name = element("ptz-name").value.replaceAll("|", "").trim();
    const stored = await this.#commands.send({ ptzpresetupdate: `${this.#number}|1|${this.#preset.seconds}|${name}` });
    if (stored) this.#say(`Preset ${this.#number} saved`);
  }

  async #remove() {
    const removed = await this.#commands.send({ ptzpresetupdate: `${this.#number}|0||` });
    if (removed) this.#say(`Preset ${this.#number} removed`);
  }
}
