// Card panel: state of the SD card, its space and recording time; formatting.

import { postToCamera } from "../shared/camera_request.js";
import { confirmed } from "../shared/confirm.js";
import { element } from "../shared/elements.js";
import { sizeWords } from "../size/size_words.js";
import { lastsWords } from "./time_words.js";

const TROUBLE = {
  "no slot": "This camera has no SD card. Start it with --sdcard to add one.",
  none: "No SD card is inserted. Insert one; recording continues automatically.",
  "read-only": "The SD card is read-only: nothing is recorded, and its recordings cannot be shown. Unlock it, or insert another one.",
  faulty: "The SD card is faulty",
  reading: "The SD card is being read. Its recordings appear when that is done.",
  full: "The SD card is full. Recording stops until you delete recordings.",
  formatting: "The SD card is being formatted.",
  ready: "",
};

/** Message about the state of the card; "" if it is normal. */
export function troubleWords(state, problem = "") {
  return (TROUBLE[state] ?? "") + (state === "faulty" ? `: ${problem || "it cannot be read"}. The camera tries again.` : "");
}

export class CardPanel {
  #changed;
  #isFormatting = false;

  /** `changed` is called when the card was formatted. */
  constructor(changed) {
    this.#changed = changed;
    element("format").addEventListener("click", () => this.#format());
  }

  /** Show the card's state in the list. */
  show(card) {
    const isThere = card.total > 0;
    element("card-panel").hidden = card.state === "no slot";
    element("card-space").hidden = !isThere;
    const part = (bytes) => `${isThere ? ((bytes / card.total) * 100).toFixed(2) : 0}%`;
    element("space-recordings").style.width = part(card.recordings);
    element("space-other").style.width = part(Math.max(0, card.total - card.free - card.recordings));
    element("space-words").textContent = `${sizeWords(card.total - card.free)} of ${sizeWords(card.total)} used, ${sizeWords(card.recordings)} by recordings; ${sizeWords(card.free)} free`;
    element("lasts").textContent = lastsWords(card);
    this.follow({ state: card.state, problem: card.problem });
  }

  /** Show a change of its state. */
  follow({ state, problem, formatted }) {
    const words = troubleWords(state, problem);
    element("trouble").textContent = words;
    element("trouble").hidden = !words;
    const isFormatting = state === "formatting";
    element("format").disabled = isFormatting || !["ready", "full"].includes(state);
    element("format-bar").hidden = !isFormatting;
    if (isFormatting) element("format-bar").value = formatted ?? 0;
  }

  async #format() {
    if (this.#isFormatting) return;
    if (!(await confirmed("Format the SD card?", "All recordings on it are deleted. This cannot be undone.", "Format"))) return;
    this.#isFormatting = true;
    this.#fail("");
    element("format-said").textContent = "";
    const answer = await postToCamera("sdcard.cgi", { action: "format" }).catch(() => null);
    const text = answer ? (await answer.text()).trim() : "";
    this.#isFormatting = false;
    if (text === "1") element("format-said").textContent = "The card is empty.";
    else this.#fail(answer ? "The card could not be formatted. Try again when nothing is being written." : "The camera does not answer.");
    this.#changed();
  }

  #fail(words) {
    element("format-error").textContent = words;
    element("format-error").hidden = !words;
  }
}
