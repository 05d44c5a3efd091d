// Mask editor: privacy masks over the live picture, drawn by mouse, touch or keyboard. It writes into the rows of the
// settings page, which checks, saves, discards and undoes them.

import { getFromCamera } from "../shared/camera_request.js";
import { setText } from "../shared/elements.js";
import { WindowOverlay } from "../motion/window_overlay.js";
import { inside, isEmpty } from "../motion/windows.js";
import { mirrored, whole } from "./mask_coordinates.js";

const SIDES = ["Left", "Top", "Right", "Bottom"];
const FIRST = { left: 240, top: 180, right: 400, bottom: 300 }; // of a new mask, in the middle
const AGAIN_MS = 1_000; // milliseconds between two requests of the picture's size and view
const SENSOR = "ImageSource.IO.Sensor";
const UNKNOWN = { width: 0, height: 0, view: { pan: 0, tilt: 0, zoom: 1 } };

/** The card with the picture. */
export class MaskEditor {
  element = document.getElementById("mask-editor").content.firstElementChild.cloneNode(true);
  #rows;
  #overlay;
  #selected = 0;
  #picture = UNKNOWN;
  #isWriting = false; // whether only some of the rows are written
  #isSeen = false;

  /** @param {Map<string, import("../settings/setting_row.js").SettingRow>} rows of the page, by Group.Name */
  constructor(rows) {
    this.#rows = rows;
    this.#overlay = new WindowOverlay(this.#part("zones"), {
      selected: (number) => this.#select(number),
      changed: (number, area) => this.#change(number, area),
    });
    this.#part("add").addEventListener("click", () => this.#add());
    this.#part("remove").addEventListener("click", () => this.#remove());
    this.#part("type").addEventListener("change", () => this.#write(this.#selected, { Type: this.#part("type").value }));
    new ResizeObserver(() => this.#place()).observe(this.#part("stage"));
    new IntersectionObserver((entries) => {
      this.#isSeen = entries.at(-1).isIntersecting; // only the last of several calls counts
      this.#measure();
    }).observe(this.element);
    setInterval(() => this.#measure(), AGAIN_MS);
    this.show();
  }

  /** Show the masks of the rows. */
  show() {
    if (this.#isWriting) return;
    if (!this.#isShown(this.#selected)) this.#selected = Math.max(0, this.#numbers.findIndex((each) => this.#isShown(each)));
    const zones = this.#numbers.map((number) => this.#zone(number));
    this.#overlay.show(zones, this.#selected);
    const any = this.#isShown(this.#selected);
    this.#part("add").disabled = this.#free === undefined;
    this.#part("remove").disabled = this.#part("type").disabled = !any;
    if (any) this.#part("type").value = this.#row(this.#selected, "Type").text;
    setText(this.#part("said"), any ? `Mask ${this.#selected + 1} is selected.` : "There is no mask.");
  }

  get #numbers() {
    return [...Array(8).keys()].filter((number) => this.#row(number, "Enabled"));
  }

  get #free() {
    return this.#numbers.find((number) => !this.#isShown(number));
  }

  #part(name) {
    return this.element.querySelector(`[data-part=${name}]`);
  }

  #row(number, name) {
    return this.#rows.get(`Privacy.Mask${number + 1}.${name}`);
  }

  #isShown(number) {
    return this.#row(number, "Enabled").text === "yes" && !isEmpty(this.#zone(number));
  }

  get #mirroring() {
    return ["Mirror", "Flip"].map((name) => this.#rows.get(`${SENSOR}.${name}`)?.stored === "on");
  }

  #zone(number) {
    const [left, top, right, bottom] = SIDES.map((side) => Number(this.#row(number, side).text));
    const area = mirrored({ left, top, right, bottom }, ...this.#mirroring);
    return { ...area, name: `Mask ${number + 1}`, enabled: this.#row(number, "Enabled").text === "yes", cells: [] };
  }

  #select(number) {
    if (number === this.#selected) return;
    this.#selected = number;
    this.show();
  }

  #change(number, area) {
    this.#selected = number;
    const { left, top, right, bottom } = mirrored(area, ...this.#mirroring);
    this.#write(number, { Enabled: "yes", Left: left, Top: top, Right: right, Bottom: bottom });
  }

  #write(number, values) {
    this.#isWriting = true;
    for (const [name, value] of Object.entries(values)) this.#row(number, name).write(String(value));
    this.#isWriting = false;
    this.show();
  }

  #add() {
    const number = this.#free;
    this.#change(number, FIRST);
    this.#part("zones").querySelector(`.zone[data-number="${number}"]`).focus({ preventScroll: true });
  }

  #remove() {
    this.#write(this.#selected, { Enabled: "no", Left: 0, Top: 0, Right: 0, Bottom: 0 });
    this.#part("add").focus();
  }

  async #measure() {
    if (document.hidden || !this.#isSeen) return;
    try {
      const answer = await getFromCamera("web/picture");
      if (answer.ok) this.#picture = await answer.json();
    } catch {
      // it is unchanged
    }
    this.#place();
  }

  #place() {
    const canvas = this.#part("canvas");
    const { clientWidth: width, clientHeight: height } = this.#part("stage");
    const picture = this.#picture.width ? this.#picture : canvas;
    if (width) this.#overlay.place(whole(inside(picture, canvas, { width, height }), this.#picture.view));
  }
}
