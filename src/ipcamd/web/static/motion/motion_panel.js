// Motion panel: levels for all accounts, windows and their settings for administrators.

import { getFromCamera, sendRequest } from "../shared/camera_request.js";
import { element } from "../shared/elements.js";
import { NAME, areas, complaint, inside, isEmpty, read, write } from "./windows.js";

const SETUP = "setup.cgi";
const PICTURE = "web/picture";
const MEASURE_MS = 2000; // milliseconds between two requests of the picture's size, which some sources change
const FIRST = { left: 200, top: 160, right: 440, bottom: 400, percent: 10 }; // a window that is enabled without an area:
// docs/motion.md recommends 10 per cent; at the factory value of 50 few persons are large enough

const CELLS = ["Top", "Middle", "Bottom"].flatMap((row) => [1, 2, 3, 4].map((column) => `${row} row, column ${column}`));

/** The panel beside the picture, the windows over it, and the bars in the readout. */
export class MotionPanel {
  #settings = null; // values on the page
  #saved = ""; // values in the camera
  #selected = 0;
  #levels = [0, 0, 0];
  #cards = [];
  #zones = null; // loaded when the windows are first shown
  #picture = null; // size of the camera's picture in pixels; null: that of the stream
  #measuring = 0;
  #canvas;
  #say;

  /** @param {HTMLCanvasElement} canvas @param {(text: string) => void} shows a short message */
  constructor(canvas, say) {
    this.#canvas = canvas;
    this.#say = say;
    new ResizeObserver(() => this.place()).observe(element("stage"));
    element("motion").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    element("motion-revert").addEventListener("click", () => this.#revert());
    element("motion-on").addEventListener("change", (event) => this.#switchAll(event.target.checked));
    element("motion-close").addEventListener("click", () => this.toggle());
  }

  /** Request the camera's windows; only administrators get them. */
  async load() {
    if (element("player").dataset.rank !== "admin") return;
    try {
      const answer = await getFromCamera(SETUP);
      if (!answer.ok) {
        element("motion-button").hidden = true;
        this.#open(false);
        return;
      }
      const text = await answer.text();
      if (!this.#dirty) this.#take(text); // keep the user's changes
      element("motion-button").hidden = false; // the panel can be opened from now on
    } catch {
      // the stream reports that the camera does not answer
    }
  }

  /** Whether the windows are shown. */
  get isOpen() {
    return !element("motion").hidden;
  }

  /** Show or hide the windows. */
  toggle() {
    if (!element("motion-button").hidden) this.#open(element("motion").hidden);
  }

  /** @param {number[]} levels of the windows, 0 to 255 */
  tell(levels) {
    if (levels.every((level, number) => level === this.#levels[number])) return;
    this.#levels = levels;
    if (levels.some(Boolean)) element("moves").hidden = false;
    element("moves").querySelectorAll("i").forEach((bar, number) => bar.style.setProperty("--level", String(levels[number] / 255)));
    if (!element("motion").hidden) this.#showLevels();
  }

  /** Levels as text, for screen readers. */
  describe() {
    const words = this.#levels.map((level) => `${Math.round(level / 2.55)} %`).join(", ");
    element("moves-bars").setAttribute("aria-label", words);
  }

  /** The picture's size or place on the page has changed. */
  place() {
    const { clientWidth: width, clientHeight: height } = element("stage");
    if (!width) return;
    this.#zones?.place(inside(this.#picture ?? this.#canvas, this.#canvas, { width, height }));
  }

  // ---- the panel ----

  async #open(open) {
    if (open === this.isOpen || (open && !this.#settings)) return;
    element("motion").hidden = element("zones").hidden = !open;
    element("motion-button").setAttribute("aria-pressed", String(open));
    document.body.classList.toggle("beside", open);
    clearInterval(this.#measuring);
    if (!open) return;
    this.#measuring = setInterval(() => element("player").dataset.state === "live" && this.#measure(), MEASURE_MS);
    const { WindowOverlay } = await import("./window_overlay.js");
    this.#zones ??= new WindowOverlay(element("zones"), {
      selected: (number) => this.#select(number),
      changed: (number, area) => this.#change(number, area),
    });
    await Promise.all([this.load(), this.#measure()]); // others may have changed the windows meanwhile
    this.#show();
  }

  async #measure() {
    try {
      const answer = await getFromCamera(PICTURE, {}, AbortSignal.timeout(MEASURE_MS));
      const { width, height } = await answer.json();
      this.#picture = width && height ? { width, height } : null;
    } catch {
      // it is unchanged
    }
    this.place();
  }

  #take(text) {
    this.#settings = read(text);
    this.#saved = write(this.#settings).toString();
    this.#show();
  }

  get #dirty() {
    return this.#settings !== null && write(this.#settings).toString() !== this.#saved;
  }

  #revert() {
    this.#settings = read([...new URLSearchParams(this.#saved)].map(([name, value]) => `${name}=${value}`).join("\n"));
    this.#show();
    this.load(); // another client may have saved meanwhile
  }

  async #save() {
    const sent = write(this.#settings);
    element("motion-save").disabled = true;
    try {
      const wrong = complaint(await sendRequest(SETUP, sent));
      if (wrong) throw new Error(wrong);
      this.#saved = sent.toString();
      this.#say("Windows saved");
    } catch (error) {
      this.#say(`Not saved: ${error.message}`);
    }
    this.#show();
  }

  #select(number) {
    if (number === this.#selected) return;
    this.#selected = number;
    this.#show();
  }

  #change(number, change) {
    Object.assign(this.#settings.zones[number], change);
    this.#selected = number;
    this.#show();
  }

  #show() {
    const { on, zones } = this.#settings;
    while (this.#cards.length < zones.length) this.#cards.push(this.#build(this.#cards.length));
    element("motion").classList.toggle("off", !on);
    element("motion-on").checked = on;
    this.#cards.forEach((card, number) => this.#fill(card, zones[number], number));
    element("motion-save").disabled = element("motion-revert").disabled = !this.#dirty;
    this.#zones?.show(zones, this.#selected);
    this.#showLevels();
  }

  #showLevels() {
    const { on, zones } = this.#settings;
    const shares = this.#levels.map((level) => level / 255);
    const alarms = zones.map((zone, number) => on && zone.enabled && shares[number] > 0 && shares[number] * 100 >= zone.percent);
    this.#cards.forEach((card, number) => {
      card.node.style.setProperty("--level", String(shares[number]));
      card.node.classList.toggle("alarms", alarms[number]);
    });
    this.#zones?.levels(shares, alarms);
  }

  // ---- one window's card ----

  #build(number) {
    const node = element("motion-window").content.firstElementChild.cloneNode(true);
    const card = { node, ...Object.fromEntries([...node.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part])) };
    card.cells = CELLS.map((name) => Object.assign(document.createElement("input"), { type: "checkbox", ariaLabel: name }));
    node.querySelector(".cells").append(...card.cells);
    node.dataset.number = String(number);
    node.setAttribute("aria-label", `Window ${number + 1}`);
    node.addEventListener("focusin", () => this.#select(number));
    node.addEventListener("pointerdown", () => this.#select(number));
    card.name.maxLength = NAME;
    card.name.addEventListener("input", () => this.#change(number, { name: card.name.value.replaceAll("|", "") }));
    card.enabled.addEventListener("change", () => this.#switch(number, card.enabled.checked));
    for (const part of ["percent", "sensitivity"]) {
      card[part].addEventListener("input", () => this.#change(number, { [part]: Number(card[part].value) }));
    }
    card.cells.forEach((cell) => cell.addEventListener("change", () => this.#change(number, { cells: card.cells.map((c) => c.checked) })));
    element("motion-windows").append(node);
    return card;
  }

  #switchAll(on) {
    this.#settings.on = on;
    if (on && !this.#settings.zones.some((zone) => zone.enabled)) this.#switch(this.#selected, true); // otherwise nothing would be enabled
    this.#show();
  }

  #switch(number, enabled) {
    const zone = this.#settings.zones[number];
    if (enabled) this.#settings.on = true; // enabling a window enables detection
    this.#change(number, { enabled, ...(enabled && !areas(zone).length ? FIRST : {}) });
  }

  #fill(card, zone, number) {
    card.node.classList.toggle("selected", number === this.#selected);
    card.node.classList.toggle("off", !zone.enabled);
    if (card.name.value !== zone.name) card.name.value = zone.name;
    card.name.placeholder = `Window ${number + 1}`;
    card.enabled.checked = zone.enabled;
    card.percent.value = String(zone.percent);
    card.sensitivity.value = String(zone.sensitivity);
    card.percentValue.textContent = `${zone.percent} %`;
    card.sensitivityValue.textContent = String(zone.sensitivity);
    card.cells.forEach((cell, at) => (cell.checked = zone.cells[at]));
    card.hint.hidden = !zone.enabled || !isEmpty(zone);
  }
}
