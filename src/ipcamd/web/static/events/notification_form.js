// Notification form: the addresses that the camera requests at motion and at changes of an input (SDK 12).

import { markInvalid } from "../settings/control.js";
import { sendForm } from "../requests/form_request.js";
import { readJson } from "../shared/camera_request.js";
import { setText } from "../shared/elements.js";

const GROUP = "Event.Notify";

/** A `<form>` with fields named motion, di1 and di2, and choices named di1_level and di2_level. */
export class NotificationForm {
  #form;
  #stored = {}; // as the camera has it: "di1_0 http://host/path"

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.#form = form;
    form.inert = true; // until the present addresses are loaded
    form.addEventListener("input", () => this.#show());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
  }

  /** Show the present addresses. Throws an error with the reason of a failure. */
  async show() {
    this.#take(await readJson("web/notifications"));
  }

  /** Show new values of a group. */
  take(group, values) {
    if (group === GROUP) this.#take(values);
  }

  #take(values) {
    const edited = this.#edited;
    for (const [kind, text] of Object.entries(values)) if (!(kind in edited)) this.#write(kind, text);
    this.#stored = values;
    this.#form.inert = false;
    this.#show();
  }

  #write(kind, text) {
    const [event, url] = text ? text.split(" ") : ["", ""];
    this.#form.elements[kind].value = url;
    const level = this.#form.elements[`${kind}_level`];
    if (level) level.value = event.at(-1) ?? "0";
  }

  /** Kind in the camera's spelling. */
  #text(kind) {
    const url = this.#form.elements[kind].value.trim();
    const level = this.#form.elements[`${kind}_level`]?.value;
    const spelled = this.#stored[kind]?.split(/[_ ]/)[0] || kind;
    return url && `${level === undefined ? kind : `${spelled}_${level}`} ${url}`;
  }

  get #edited() {
    const texts = Object.keys(this.#stored).map((kind) => [kind, this.#text(kind)]);
    return Object.fromEntries(texts.filter(([kind, text]) => text !== this.#stored[kind]));
  }

  #show(words = "") {
    this.#form.querySelector("[type=submit]").disabled = !Object.keys(this.#edited).length;
    setText(this.#form.querySelector("[role=status]"), words);
  }

  #fail(errors) {
    for (const place of this.#form.querySelectorAll("[role=alert]")) {
      const why = errors[place.dataset.kind] ?? "";
      setText(place, why);
      if (place.dataset.kind) markInvalid(this.#form.elements[place.dataset.kind], why);
    }
  }

  async #save() {
    this.#fail({});
    const { errors, values } = await sendForm("web/notify", this.#edited);
    if (errors) return this.#fail(errors);
    for (const [kind, text] of Object.entries(values)) this.#write(kind, text);
    this.#stored = values;
    return this.#show("Saved");
  }
}
