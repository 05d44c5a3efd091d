// PTZ panel: pad, zoom, presets and patrol, for accounts that may move the camera; the position, for all.

import { inside } from "../motion/windows.js";
import { element, setText } from "../shared/elements.js";
import { listenToHolding } from "../shared/held_button.js";
import { PtzCommands } from "./commands.js";
import { Hold } from "./long_press.js";

const WHEEL = 1.15; // zoom factor per notch of the wheel
const [WIDEST, CLOSEST] = [1, 4];
const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

/** The panel below the picture; `take` gets the state. */
export class PtzPanel {
  #canvas;
  #commands;
  #hold;
  #presets = null; // loaded when the panel is first shown
  #thumbnails = null; // their tags in the state
  #say;
  #state = null;
  #wheel = null; // zoom requested with the wheel, until the camera has reached it
  #rank = element("player").dataset.rank;

  /** @param {HTMLCanvasElement} canvas @param {(text: string) => void} say shows a short message */
  constructor(canvas, say) {
    this.#canvas = canvas;
    this.#say = say;
    this.#commands = new PtzCommands((why) => say(`Not moved: ${why}`));
    this.#hold = new Hold(this.#commands);
    if (this.#rank === "guest") return;
    this.#listenToButtons();
    this.#listenToPicture();
    document.addEventListener("keydown", (event) => this.#keyDown(event));
    document.addEventListener("keyup", (event) => ARROWS[event.key] && this.#hold.release());
    addEventListener("blur", () => this.#hold.release());
    addEventListener("gamepadconnected", () => this.#readGamepads(), { once: true });
  }

  async #readGamepads() {
    const { GamepadReader } = await import("./gamepad.js");
    new GamepadReader({
      connected: (any) => (element("ptz-gamepad").hidden = !any),
      aim: (aim) => this.#isReady && this.#hold.steer(aim),
      home: () => this.#isReady && this.#commands.send({ move: "home" }),
      stop: () => this.#isReady && this.#commands.send({ move: "stop" }),
    });
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

  /** @param {{ptz?: object|null, preset_thumbnails?: string[]}} parts of the state that changed */
  take({ ptz: state, preset_thumbnails: tags }) {
    if (tags) this.#thumbnails = tags;
    if (tags) this.#presets?.thumbnails(tags);
    if (state !== undefined) this.#takeState(state);
  }

  /** @param {string} group @param {Record<string, string>} values */
  settings(group, values) {
    if (group === "PTZ.PresetList") this.#presets?.take(values);
  }

  /** Whether clicks, the wheel and arrow keys move the camera now. */
  get isAiming() {
    return this.#isReady;
  }

  /** Whether this account may move the camera now. */
  get #isReady() {
    return this.isOpen && !this.#isLockedOut;
  }

  get #isLockedOut() {
    return this.#rank !== "admin" && this.#state?.locked_s > 0;
  }

  /** @param {{pan: number, tilt: number, zoom: number, moving: boolean, patrol: boolean, locked_s: number}|null} state */
  #takeState(state) {
    this.#state = state;
    element("position-row").hidden = !state;
    element("ptz-button").hidden = !state || this.#rank === "guest";
    if (!state) return this.#open(false);
    if (!state.moving) this.#wheel = null;
    element("position").textContent = `${Math.round(state.pan)} / ${Math.round(state.tilt)} / ${state.zoom.toFixed(1)}×`;
    element("ptz-patrol").setAttribute("aria-pressed", String(state.patrol));
    element("ptz-patrol").textContent = state.patrol ? "End patrol" : "Patrol";
    return this.#showLock(state.locked_s);
  }

  #showLock(seconds) {
    const locked = seconds > 0;
    if (this.#isLockedOut) this.#hold.forget();
    element("ptz-controls").disabled = this.#isLockedOut;
    document.body.classList.toggle("aims", this.#isReady);
    element("ptz-locked").hidden = !locked;
    const words = this.#rank === "admin" ? "Locked: only administrators move the camera" : "An administrator has locked PTZ";
    setText(element("ptz-locked"), locked ? `${words}, for ${duration(seconds)} more.` : "");
    element("ptz-lock-row").hidden = this.#rank !== "admin";
    element("ptz-lock-time").disabled = locked;
    element("ptz-lock").textContent = locked ? "Unlock" : "Lock";
  }

  #open(open) {
    if (open === this.isOpen) return;
    if (!open) this.#hold.release();
    element("ptz").hidden = !open;
    element("ptz-button").setAttribute("aria-pressed", String(open));
    document.body.classList.toggle("beside", open);
    document.body.classList.toggle("aims", this.#isReady);
    if (open) this.#loadPresets();
  }

  async #loadPresets() {
    const { Presets } = await import("./presets.js");
    if (!this.#presets) {
      this.#presets = new Presets(this.#commands, this.#say);
      if (this.#thumbnails) this.#presets.thumbnails(this.#thumbnails);
    }
    this.#presets.load();
  }

  // ---- buttons: a short press moves one step, a long one moves until it ends ----

  #listenToButtons() {
    const actions = {
      "ptz-home": () => this.#commands.send({ move: "home" }),
      "ptz-set-home": () => this.#do({ ptzsethome: "" }, "The present view is the home position now"),
      "ptz-calibrate": () => this.#do({ calibrate: "" }, "Calibrated"),
      "ptz-patrol": () => this.#commands.send({ ptzpatrol: this.#state?.patrol ? "stop" : "start" }),
      "ptz-lock": () => this.#commands.send({ lock: this.#state?.locked_s ? 0 : element("ptz-lock-time").value }),
      "ptz-close": () => this.toggle(),
    };
    for (const [id, action] of Object.entries(actions)) element(id).addEventListener("click", action);
    for (const button of element("ptz").querySelectorAll("[data-move], [data-zoom]")) {
      const { move, zoom } = button.dataset;
      const aim = move ? { move } : { zoom };
      const step = () => this.#step(aim);
      listenToHolding(button, { press: () => this.#hold.press(aim, step), release: () => this.#hold.release(), click: step });
    }
  }

  async #do(command, done) {
    if (await this.#commands.send(command)) this.#say(done);
  }

  #step({ move, zoom }) {
    if (move) this.#commands.send({ move });
    else this.#zoomBy(zoom === "in" ? WHEEL : 1 / WHEEL);
  }

  #keyDown(event) {
    const move = ARROWS[event.key];
    if (!move || !this.#isReady || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, .zone")) return;
    event.preventDefault();
    if (!event.repeat) this.#hold.press({ move }, () => this.#step({ move }));
  }

  // ---- on the picture ----

  #listenToPicture() {
    this.#canvas.addEventListener("click", (event) => this.#isReady && event.detail === 1 && this.#center(event));
    this.#canvas.addEventListener("wheel", (event) => this.#isReady && !event.ctrlKey && this.#turn(event), { passive: false });
  }

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
    this.#commands.sendNewest({ zoom: this.#wheel.toFixed(3) });
  }
}

/** @param {number} seconds */
export function duration(seconds) {
  const [number, unit] = seconds <= 60 ? [seconds, "second"] : [Math.round(seconds / 60), "minute"];
  return `${number} ${unit}${number === 1 ? "" : "s"}`;
}
