// View of the live page. It has no connections, and sets text as text, never as HTML.

import { element, setText } from "../shared/elements.js";
import { sizeWords } from "../size/size_words.js";
import { Sparkline } from "./sparkline.js";
import { titleOf } from "./playback_methods.js";

const BADGES = { connecting: "Connecting", live: "Live", waiting: "Reconnecting", refused: "No picture", paused: "Paused", asleep: "Paused" };

const FIGURES = { rate: frameRate, bits: bitRate, delay: duration, lost: (lost) => lost.toLocaleString("en") };

/** Elements of the live page. */
export class View {
  canvas = element("picture");
  player = element("player");
  stage = element("stage");
  zoomButtons = new Map([["zoom-in", "zoomIn"], ["zoom-out", "zoomOut"], ["zoom-reset", "reset"]].map(([id, how]) => [element(id), how]));
  pause = element("pause");
  sound = element("sound");
  motion = element("motion-button");
  ptz = element("ptz-button");
  snapshot = element("snapshot");
  full = element("full");
  again = element("again");
  choice = element("choice");
  record = element("record");
  device = element("device");
  lens = element("lens");

  #countdown = null;
  #readout = Object.fromEntries(["means", "size", "rate", "bits", "delay", "lost"].map((id) => [id, element(id)]));
  #graphs = Object.fromEntries(Object.entries(FIGURES).map(([id, words]) => [id, new Sparkline(this.#readout[id].parentNode, words)]));

  /** @param {keyof typeof BADGES} state @param {string} why @param {{seconds?: number, again?: boolean}} more */
  state(state, why = "", { seconds = 0, again = false } = {}) {
    this.player.dataset.state = element("badge").dataset.state = state;
    setText(element("badge-text"), BADGES[state]);
    if (why) setText(element("why"), why);
    this.again.hidden = !again;
    this.#countDown(seconds);
    const paused = state === "paused";
    this.pause.setAttribute("aria-pressed", String(paused));
    setText(element("pause-label"), paused ? "Play" : "Pause");
  }

  /** Show that a retry begins; the message about the failure stays. */
  trying() {
    this.#countDown(0);
    setText(element("detail"), "Trying again");
  }

  /** @param {{ServerName?: string, ServerLocation?: string, ModelName?: string, FWVersion?: string, MACAddress?: string}} info */
  info(info) {
    if (info.ServerName !== undefined) {
      setText(element("name"), info.ServerName);
      document.title = info.ServerName;
      this.canvas.setAttribute("aria-label", `Live picture of ${info.ServerName}`);
    }
    if (info.ServerLocation !== undefined) setText(element("place"), info.ServerLocation);
    setText(element("about"), [info.ModelName, info.FWVersion, info.MACAddress].filter(Boolean).join("  ·  "));
  }

  /** @param {number} width @param {number} height pixels of the picture @returns {boolean} whether they are new */
  size(width, height) {
    const size = `${width} × ${height}`;
    if (this.#readout.size.textContent === size) return false;
    setText(this.#readout.size, size);
    document.documentElement.style.setProperty("--ratio", String(width / height));
    return true;
  }

  /** @param {{rate: number|null, bits: number|null, delay: number|null, lost: number}|null} values null: unknown */
  readout(values) {
    for (const [id, words] of Object.entries(FIGURES)) setText(this.#readout[id], known(values?.[id], words));
  }

  /** Add this second's figures to the graphs. @param {Record<keyof typeof FIGURES, number|null>} values */
  draw(values) {
    for (const [id, graph] of Object.entries(this.#graphs)) graph.add(values[id]);
  }

  /**
   * Offer the streams that the camera has.
   *
   * @param {string[]} names
   * @param {Map<string, import("./playback_methods.js").PlaybackMethod>} playable in this browser
   */
  offer(names, playable) {
    for (const input of this.choice.querySelectorAll("input")) {
      input.closest("label").hidden = !names.includes(input.value);
      input.disabled = !playable.has(input.value);
    }
    const unplayable = names.filter((name) => !playable.has(name)).map(titleOf);
    const notice = element("unplayable");
    setText(notice, unplayable.length ? `This browser cannot play ${unplayable.join(" or ")}.` : "");
    notice.hidden = !unplayable.length;
    this.choice.hidden = false;
  }

  /** @param {string|null} name @returns {boolean} whether this stream can be chosen */
  offers(name) {
    return [...this.choice.querySelectorAll("label:not([hidden]) input:enabled")].some(({ value }) => value === name);
  }

  /** Show the playing stream and its method. @param {import("./playback_methods.js").PlaybackMethod} method */
  showMethod({ title, by }) {
    setText(this.#readout.means, title);
    setText(element("by"), by);
  }

  /** Show the progress of the recording. @param {{seconds: number, bytes: number}|null} progress null: nothing */
  recording(progress) {
    this.record.setAttribute("aria-pressed", String(progress !== null));
    setText(element("record-label"), progress ? `${clock(progress.seconds)} · ${sizeWords(progress.bytes)}` : "Record");
  }

  /** Flash the picture for a snapshot. */
  flash() {
    const flash = element("flash");
    flash.classList.remove("on");
    void flash.offsetWidth; // restart the animation
    flash.classList.add("on");
  }

  #countDown(seconds) {
    clearInterval(this.#countdown);
    const detail = element("detail");
    setText(detail, "");
    if (seconds < 1.5) return;
    const end = performance.now() + seconds * 1000;
    const tell = () => setText(detail, `Trying again in ${Math.max(1, Math.ceil((end - performance.now()) / 1000))} s`);
    tell();
    this.#countdown = setInterval(tell, 250);
  }
}

function known(value, words) {
  return value === null || value === undefined ? "–" : words(value);
}

/** @param {number} rate pictures a second */
function frameRate(rate) {
  return `${rate.toFixed(rate < 9.95 ? 1 : 0)} fps`;
}

/** @param {number} seconds @returns {string} such as 1:05 */
export function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

/** @param {number} bits a second */
export function bitRate(bits) {
  if (bits >= 1e6) return `${(bits / 1e6).toFixed(bits < 1e7 ? 2 : 1)} Mbit/s`;
  return `${Math.round(bits / 1e3)} kbit/s`;
}

/** @param {number} milliseconds */
export function duration(milliseconds) {
  if (milliseconds >= 9950) return `${Math.round(milliseconds / 1000)} s`;
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.max(0, Math.round(milliseconds))} ms`;
}
