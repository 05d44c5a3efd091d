// Presets: a tile with a picture for each, and the form that stores, names and removes the selected one.

import { getFromCamera, readValues, updateSettings } from "../shared/camera_request.js";
import { element, make } from "../shared/elements.js";

const GROUP = "PTZ.PresetList";
const LIST = `cgi/param.cgi?action=list&group=${GROUP}`;
const COUNT = 8;
const STAY_S = 5; // seconds that a patrol stays at a new preset

/** The presets' part of the panel. */
export class Presets {
  #presets = Array.from({ length: COUNT }, () => ({ enabled: false, seconds: STAY_S, name: "" }));
  #tags = Array(COUNT).fill("");
  #selected = 0;
  #tiles;
  #commands;
  #say;

  constructor(commands, say) {
    this.#commands = commands;
    this.#say = say;
    this.#tiles = this.#presets.map((_, at) => this.#tile(at));
    element("ptz-presets").append(...this.#tiles);
    for (const name of ["ptz-name", "ptz-stay"]) element(name).addEventListener("input", () => this.#show());
    element("ptz-store").addEventListener("click", () => this.#store());
    element("ptz-save").addEventListener("click", () => this.#save());
    element("ptz-remove").addEventListener("click", () => this.#remove());
    this.#fill();
  }

  /** Request them from the camera. */
  async load() {
    const answer = await getFromCamera(LIST).catch(() => null);
    if (answer?.ok) this.take(readValues(await answer.text()));
  }

  /** @param {Record<string, string>} values of the group `PTZ.PresetList` */
  take(values) {
    const edited = this.#isEdited;
    this.#presets = this.#presets.map((_, at) => {
      const [enabled, seconds, name] = (values[`Preset${at + 1}`] ?? `0|${STAY_S}|`).split("|");
      return { enabled: enabled === "1", seconds: Number(seconds), name };
    });
    if (edited) this.#show();
    else this.#fill();
  }

  /** @param {string[]} tags of the thumbnails, "" without a thumbnail */
  thumbnails(tags) {
    this.#tags = tags;
    this.#show();
  }

  get #preset() {
    return this.#presets[this.#selected];
  }

  get #number() {
    return this.#selected + 1;
  }

  get #typed() {
    const seconds = Math.round(element("ptz-stay").valueAsNumber);
    return {
      name: element("ptz-name").value.replaceAll("|", "").trim(),
      seconds: seconds >= 1 && seconds <= 30 ? seconds : this.#preset.seconds,
    };
  }

  get #isEdited() {
    const { name, seconds } = this.#typed;
    return name !== this.#preset.name || seconds !== this.#preset.seconds;
  }

  #tile(at) {
    const tile = make("button", "tile", new Image(160, 90), make("span"));
    tile.firstChild.alt = "";
    tile.addEventListener("click", () => this.#select(at));
    return tile;
  }

  #select(at) {
    this.#selected = at;
    this.#fill();
    if (this.#preset.enabled) this.#commands.send({ ptzpreset: this.#number });
  }

  /** Show the camera's values of the selected one. */
  #fill() {
    element("ptz-name").value = this.#preset.name;
    element("ptz-stay").value = this.#preset.seconds;
    this.#show();
  }

  #show() {
    this.#tiles.forEach((tile, at) => this.#showTile(tile, at));
    const { enabled } = this.#preset;
    element("ptz-remove").disabled = !enabled;
    element("ptz-save").disabled = !enabled || !this.#isEdited;
    element("ptz-patrol").disabled = !this.#presets.some((preset) => preset.enabled);
  }

  #showTile(tile, at) {
    const { enabled, name } = this.#presets[at];
    const [image, words] = tile.children;
    const address = enabled && this.#tags[at] ? `web/preset?number=${at + 1}&v=${this.#tags[at]}` : "";
    if (image.getAttribute("src") !== (address || null)) {
      if (address) image.src = address;
      else image.removeAttribute("src");
    }
    image.hidden = !address;
    words.textContent = enabled ? name || `Preset ${at + 1}` : String(at + 1);
    tile.classList.toggle("set", enabled);
    tile.setAttribute("aria-pressed", String(at === this.#selected));
    tile.setAttribute("aria-label", enabled ? `Go to preset ${at + 1}${name && `, ${name}`}` : `Preset ${at + 1}, not set`);
    tile.title = enabled ? `Go to ${name || `preset ${at + 1}`}` : "Not set: select it, and store the present view here";
  }

  async #store() {
    const [number, { name, seconds }] = [this.#number, this.#typed];
    const stored = await this.#commands.send({ ptzpresetupdate: `${number}|1|${seconds}|${name}` });
    if (stored) this.#say(`Preset ${number} stored`);
  }

  async #save() {
    const [number, { name, seconds }] = [this.#number, this.#typed];
    const error = await updateSettings(GROUP, { [`Preset${number}`]: `1|${seconds}|${name}` });
    this.#say(error ? `Not saved: ${error}` : `Preset ${number} saved`);
  }

  async #remove() {
    const number = this.#number;
    const removed = await this.#commands.send({ ptzpresetupdate: `${number}|0||` });
    if (removed) this.#say(`Preset ${number} removed`);
  }
}
