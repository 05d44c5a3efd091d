// PTZ panel: pad, zoom, presets and patrol for those who may move the camera; the position for everybody.

import { PtzCommands } from "./commands.js";
import { inside } from "../motion/windows.js";
import { Presets } from "./presets.js";

const HOLD = 300; // milliseconds after which a press is no single step any more
const WHEEL = 1.15; // zoom of one notch of the wheel
const [WIDEST, CLOSEST] = [1, 4];
const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };
const LOCK = 300; // seconds

const element = (id) => document.getElementById(id);

/** The panel below the picture; it knows the state from `take`. */
export class PtzPanel {
  #canvas;
  #commands;
  #presets;
  #state = null;
  #wheel = null; // zoom that the wheel has asked for, until the camera is there
  #held = null; // what is pressed: its name, whether it goes on, its timer
  #mayMove = element("player").dataset.rank !== "guest";

  /** @param {HTMLCanvasElement} canvas @param {(text: string) => void} say shows a short message */
  constructor(canvas, say) {
    this.#canvas = canvas;
    this.#commands = new PtzCommands((why) => say(`Not moved: ${why}`));
    if (!this.#mayMove) return;
    this.#presets = new Presets(this.#commands, say);
    element("ptz-lock").hidden = element("player").dataset.rank !== "admin";
    for (const button of element("ptz").querySelectorAll("[data-move], [data-zoom]")) this.#listen(button);
    element("ptz-home").addEventListener("click", () => this.#commands.send({ move: "home" }));
    element("ptz-patrol").addEventListener("click", () => this.#commands.send({ ptzpatrol: this.#state?.patrol ? "stop" : "start" }));
    element("ptz-lock").addEventListener("click", () => this.#commands.send({ lock: this.#state?.locked_s ? 0 : LOCK }));
    element("ptz-close").addEventListener("click", () => this.toggle());
    canvas.addEventListener("click", (event) => this.isOpen && event.detail === 1 && this.#center(event));
    canvas.addEventListener("wheel", (event) => this.isOpen && this.#turn(event), { passive: false });
    document.addEventListener("keydown", (event) => this.#keyDown(event));
    document.addEventListener("keyup", (event) => ARROWS[event.key] && this.#release());
    addEventListener("blur", () => this.#release());
  }

  /** Whether the controls are shown. */
  get isOpen() {
    return !element("ptz").hidden;
  }

  /** Show or hide the controls. */
  toggle() {
    if (element("ptz-button").hidden) return;
    this.#open(!this.isOpen);
  }

  /** @param {{pan: number, tilt: number, zoom: number, moving: boolean, patrol: boolean, locked_s: number}|null} state */
  take(state) {
    this.#state = state;
    element("position-row").hidden = !state;
    element("ptz-button").hidden = !state || !this.#mayMove;
    if (!state) return this.#open(false);
    if (!state.moving) this.#wheel = null;
    element("position").textContent = `${Math.round(state.pan)} / ${Math.round(state.tilt)} / ${state.zoom.toFixed(1)}×`;
    element("ptz-patrol").setAttribute("aria-pressed", String(state.patrol));
    element("ptz-lock").setAttribute("aria-pressed", String(state.locked_s > 0));
    return undefined;
  }

  /** @param {string} group @param {Record<string, string>} values */
  settings(group, values) {
    if (group === "PTZ.PresetList") this.#presets?.take(values);
  }

  #open(open) {
    if (open === this.isOpen) return;
    if (!open) this.#release();
    element("ptz").hidden = !open;
    element("ptz-button").setAttribute("aria-pressed", String(open));
    for (const name of ["beside", "aims"]) document.body.classList.toggle(name, open);
    if (open) this.#presets.load();
  }

  // ---- one press: a step, or a move until it ends ----

  #listen(button) {
    const { move, zoom } = button.dataset;
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      this.#press(move, zoom);
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) button.addEventListener(end, () => this.#release());
    button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long touch
    button.addEventListener("click", (event) => {
      if (event.detail === 0) this.#step(move, zoom); // by keyboard, or by a screen reader
    });
  }

  #press(move, zoom) {
    this.#release();
    const held = { goesOn: false };
    held.timer = setTimeout(() => {
      held.goesOn = true;
      this.#commands.send(move ? { move, continuous: "yes" } : { zoom });
    }, HOLD);
    this.#held = held;
    this.#step(move, zoom);
  }

  #release() {
    if (!this.#held) return;
    clearTimeout(this.#held.timer);
    if (this.#held.goesOn) this.#commands.send({ move: "stop" });
    this.#held = null;
  }

  #step(move, zoom) {
    if (move) this.#commands.send({ move });
    else this.#zoomBy(zoom === "in" ? WHEEL : 1 / WHEEL);
  }

  #keyDown(event) {
    const move = ARROWS[event.key];
    if (!move || !this.isOpen || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, .zone")) return;
    event.preventDefault();
    if (!event.repeat) this.#press(move);
  }

  // ---- on the picture ----

  #center(event) {
    const box = this.#canvas.getBoundingClientRect();
    const shown = inside(this.#canvas, this.#canvas, box);
    const x = (event.clientX - box.x - shown.left) / shown.width;
    const y = (event.clientY - box.y - shown.top) / shown.height;
    if (Math.min(x, y) < 0 || Math.max(x, y) > 1) return;
    this.#commands.send({ center: `${(x * 100).toFixed(2)}|${(y * 100).toFixed(2)}` });
  }

  #turn(event) {
    event.preventDefault();
    if (event.deltaY) this.#zoomBy(event.deltaY < 0 ? WHEEL : 1 / WHEEL);
  }

  #zoomBy(factor) {
    this.#wheel = Math.min(CLOSEST, Math.max(WIDEST, (this.#wheel ?? this.#state.zoom) * factor));
    this.#commands.zoomTo(this.#wheel);
  }
}
