// Range tools: select a part of the day, export it as one MP4, delete its recordings.

import { sendForm } from "../requests/form_request.js";
import { cameraUrl, getFromCamera, postToCamera } from "../shared/camera_request.js";
import { confirmed } from "../shared/confirm.js";
import { element } from "../shared/elements.js";
import { sizeWords } from "../size/size_words.js";
import { clockWords, counted, lengthWords, timeOf } from "./time_words.js";

const SOON_MS = 250; // milliseconds from the last change to the request of an export's contents
const AGAIN_MS = 500; // milliseconds between two requests of the progress
const PATIENCE = 20; // requests after which an export that has not started counts as failed

/** Describe the contents of an export; `plan` from the camera. */
export function planWords(plan, offsets) {
  const words = [`${clockWords(plan.start, offsets)} to ${clockWords(plan.end, offsets)}`, `${lengthWords(plan.seconds)} long`];
  const left = plan.gaps.reduce((sum, [start, end]) => sum + end - start, 0);
  if (plan.gaps.length) words.push(`${counted(plan.gaps.length, "gap")} left out (${lengthWords(left / 1000)})`);
  words.push(plan.encoded ? `converted to H.264, because ${plan.encoded}` : `about ${sizeWords(plan.size)}`);
  return words.join("  ·  ");
}

/** Recordings within a range: { ended, writing }. */
export function inRange(recordings, { from, to }, kind) {
  const found = recordings.filter((one) => one.start < to && one.end > from && (!kind || one.dir === kind));
  return { ended: found.filter((one) => !one.writing), writing: found.filter((one) => one.writing) };
}

/** Calls `listener.range(range)` to show a range on the timeline, and `listener.changed()` after a deletion; `page()` returns { day, kind, view, time }. */
export class RangeTools {
  #listener;
  #page;
  #range = null;
  #soon = null;
  #export = null; // name of the running export

  constructor(page, listener) {
    [this.#page, this.#listener] = [page, listener];
    element("select").addEventListener("click", () => (this.#range ? this.close() : this.#open()));
    for (const edge of ["from", "to"]) {
      element(`range-${edge}`).addEventListener("change", () => this.#type(edge));
      element(`${edge}-here`).addEventListener("click", () => this.#set(edge, this.#page().time));
    }
    element("export").addEventListener("click", () => this.#begin());
    element("export-cancel").addEventListener("click", () => this.#cancel());
    element("delete-range").addEventListener("click", () => this.#delete());
  }

  /** Take a range dragged on the timeline. */
  set range(range) {
    this.#range = range;
    this.#show();
  }

  close() {
    this.#range = null;
    this.#listener.range(null);
    element("range").hidden = true;
    element("select").setAttribute("aria-pressed", "false");
  }

  #open() {
    const { view } = this.#page();
    const third = (view.to - view.from) / 3;
    this.#range = { from: view.from + third, to: view.to - third };
    element("range").hidden = false;
    element("select").setAttribute("aria-pressed", "true");
    this.#show();
  }

  #show() {
    const { day } = this.#page();
    for (const edge of ["from", "to"]) element(`range-${edge}`).value = clockWords(Math.min(this.#range[edge], day.end - 1000), day.offsets);
    this.#listener.range(this.#range);
    this.#fail("");
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => this.#plan(), SOON_MS);
  }

  #type(edge) {
    const { day } = this.#page();
    const time = timeOf(element(`range-${edge}`).value, day.start, day.offsets);
    if (time === null) return this.#fail("This time does not exist on this day.");
    return this.#set(edge, time);
  }

  #set(edge, time) {
    if (time === null) return this.#fail("No recording is open: select a moment on the timeline first.");
    const range = { ...this.#range, [edge]: time };
    if (range.from >= range.to) return this.#fail("The end of the range must be after its beginning.");
    this.#range = range;
    return this.#show();
  }

  #query() {
    const { kind } = this.#page();
    return { since: Math.floor(this.#range.from), until: Math.ceil(this.#range.to), ...(kind ? { dir: kind } : {}) };
  }

  async #plan() {
    if (!this.#range) return;
    const query = this.#query();
    const answer = await getFromCamera("web/export_plan", query).catch(() => null);
    if (!this.#range || JSON.stringify(query) !== JSON.stringify(this.#query())) return; // the range has changed meanwhile
    const plan = answer?.ok ? await answer.json() : { problem: "the camera does not answer" };
    element("export").disabled = Boolean(plan.problem) || this.#export !== null;
    element("range-about").textContent = plan.problem ? `${plan.problem.charAt(0).toUpperCase()}${plan.problem.slice(1)}.` : planWords(plan, this.#page().day.offsets);
  }

  // ---- export: the browser downloads it; the page requests the progress

  #begin() {
    const name = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const link = document.createElement("a");
    link.href = cameraUrl("web/export", { ...this.#query(), id: name }).href;
    link.download = "";
    link.click();
    this.#export = name;
    element("export").disabled = true;
    element("export-progress").hidden = false;
    element("export-bar").removeAttribute("value");
    this.#say("The export starts.");
    this.#follow(name, 0);
  }

  async #follow(name, looks) {
    const answer = await getFromCamera("web/exports").catch(() => null);
    const found = answer?.ok ? (await answer.json()).find((one) => one.id === name) : null;
    if (found) {
      element("export-bar").value = found.seconds ? found.done / found.seconds : 0;
      if (found.state !== "running") return this.#end(found);
      this.#say(`Exporting: ${lengthWords(found.done)} of ${lengthWords(found.seconds)}, ${sizeWords(found.bytes)}`);
    } else if (looks >= PATIENCE) return this.#end({ state: "failed", problem: "the camera did not start it; two exports may be running already" });
    setTimeout(() => this.#follow(name, found ? 0 : looks + 1), AGAIN_MS);
    return undefined;
  }

  #end({ state, problem, bytes }) {
    this.#export = null;
    element("export-progress").hidden = true;
    element("export").disabled = false;
    this.#say(state === "complete" ? `Exported: ${sizeWords(bytes)}. The file is in the browser's download folder.` : "");
    if (state === "failed") this.#fail(`The export failed: ${problem}.`);
    if (state === "cancelled") this.#say("The export was cancelled; the file is incomplete.");
  }

  #cancel() {
    return postToCamera("web/cancel_export", { id: this.#export }).catch(() => null);
  }

  // ---- delete

  async #delete() {
    const { day, kind } = this.#page();
    const { ended, writing } = inRange(day.recordings, this.#range, kind);
    const stays = writing.length ? " The recording in progress is kept." : "";
    if (!ended.length) return this.#fail(`There is nothing to delete in this range.${stays}`);
    const [first, last] = [Math.min(...ended.map((one) => one.start)), Math.max(...ended.map((one) => one.end))];
    const size = sizeWords(ended.reduce((sum, one) => sum + one.size, 0));
    const words = `They cover ${clockWords(first, day.offsets)} to ${clockWords(last, day.offsets)} and are deleted as a whole (${size}). This cannot be undone.${stays}`;
    if (!(await confirmed(`Delete ${counted(ended.length, "recording")}?`, words, "Delete"))) return undefined;
    element("delete-range").disabled = true;
    const { errors, deleted, kept } = await sendForm("web/delete_recordings", this.#query());
    element("delete-range").disabled = false;
    if (errors) return this.#fail(`Not deleted: ${errors[""]}.`);
    this.#say(`${counted(deleted, "recording")} deleted.${kept ? ` ${counted(kept, "recording")} being written ${kept === 1 ? "stays" : "stay"}.` : ""}`);
    return this.#listener.changed();
  }

  #say(words) {
    element("range-said").textContent = words;
  }

  #fail(words) {
    element("range-error").textContent = words;
    element("range-error").hidden = !words;
  }
}
