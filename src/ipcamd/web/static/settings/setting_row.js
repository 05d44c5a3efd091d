// Setting row: one parameter with label, help, control, factory value, error and equivalent request.

import { postToCamera } from "../shared/camera_request.js";
import { setText } from "../shared/elements.js";
import { buildControl, describeValue, markInvalid, readControl, writeControl } from "./control.js";

const WAIT_MS = 300; // milliseconds without a key before a value is checked

/** One parameter. Calls `listener.changed()` after each change, and `listener.code(row)` to show its request. */
export class SettingRow {
  element = document.createElement("div");
  #param;
  #listener;
  #control;
  #value; // value in the camera
  #isCleared = false; // whether the stored password is to be removed
  #elsewhere = false; // whether another client has changed it since the unsaved change began
  #timer = null;
  #asked = 0;

  /** @param {string} group @param {object} param as /web/settings describes it */
  constructor(group, param, listener) {
    this.group = group;
    this.name = param.name;
    this.id = `${group}.${param.name}`;
    this.#param = param;
    this.#listener = listener;
    this.#value = param.value;
    this.#control = buildControl(param);
    this.#build();
    writeControl(this.#control, param, this.#value);
    this.#show();
  }

  /** The camera's value as text. */
  get stored() {
    return this.#value;
  }

  /** The control's value as text. */
  get text() {
    return readControl(this.#control, this.#param);
  }

  get isSecret() {
    return this.#param.type === "password";
  }

  /** Whether it differs from the camera's value. */
  get isEdited() {
    if (this.isFixed) return false;
    return this.isSecret ? this.text !== "" || this.#isCleared : this.text !== this.#value;
  }

  /** Whether it cannot be set here. */
  get isFixed() {
    return this.#param.fixed !== undefined;
  }

  /** Whether it differs from its factory value, on the page or in the camera. */
  get isChanged() {
    return this.#param.factory !== undefined && (this.text !== this.#param.factory || this.#value !== this.#param.factory);
  }

  /** @param {string[]} words in lower case @param {string} above titles of its topic and group */
  matches(words, above) {
    const { name, label, help } = this.#param;
    const text = `${above} ${this.group}.${name} ${label} ${help}`.toLowerCase();
    return words.every((word) => text.includes(word));
  }

  /** Set the camera's value. */
  take(text) {
    const edited = this.isEdited;
    this.#elsewhere = edited && text !== this.#value && text !== this.text;
    this.#value = text;
    if (!edited) writeControl(this.#control, this.#param, text);
    this.#show();
  }

  /** Show the camera's value again. */
  discard() {
    this.#asked += 1;
    this.#elsewhere = this.#isCleared = false;
    writeControl(this.#control, this.#param, this.#value);
    this.fail("");
    this.#show();
  }

  /** Enter a value, as a user does. */
  write(text) {
    if (text === this.text) return;
    writeControl(this.#control, this.#param, text);
    this.#edited();
  }

  /** Note that the camera has saved the input. */
  saved() {
    this.#elsewhere = this.#isCleared = false;
    if (this.isSecret) this.#control.value = "";
  }

  /** @param {string} why an error to show; "" for none */
  fail(why) {
    clearTimeout(this.#timer);
    setText(this.#part("error"), why);
    markInvalid(this.#control, why);
  }

  focus() {
    this.#control.focus();
  }

  /** Whether the factory value, or no password, would be a change. */
  get #canReset() {
    if (this.isSecret) return Boolean(this.#value) && !this.#isCleared;
    return this.isChanged && this.text !== this.#param.factory;
  }

  #part(name) {
    return this.element.querySelector(`[data-part=${name}]`);
  }

  #build() {
    const { label, help, unit, fixed, factory } = this.#param;
    this.element.className = "setting";
    this.element.append(document.getElementById("setting-row").content.cloneNode(true));
    const [control, id] = [this.#control, `p-${this.id}`];
    control.id = id;
    control.dataset.param = this.id;
    control.setAttribute("aria-describedby", `${id}-help ${id}-error`);
    control.disabled = fixed !== undefined;
    Object.assign(this.#part("label"), { htmlFor: id, textContent: label });
    Object.assign(this.#part("help"), { id: `${id}-help`, textContent: fixed || help });
    this.#part("error").id = `${id}-error`;
    this.#part("unit").textContent = unit ?? "";
    const box = this.#part("box");
    if (this.#param.type === "switch") box.className = "switch";
    box.append(control);
    const [reset, code] = [this.#part("reset"), this.#part("code")];
    if (factory !== undefined) {
      const words = describeValue(this.#param, factory);
      reset.textContent = `Factory: ${words}`;
      reset.setAttribute("aria-label", `${label}: reset to the factory value ${words}`);
      reset.addEventListener("click", () => this.#reset(factory));
    }
    if (this.isSecret) {
      reset.textContent = "Remove";
      reset.setAttribute("aria-label", `${label}: remove`);
      reset.addEventListener("click", () => {
        this.#isCleared = true;
        this.#reset("");
      });
    }
    code.hidden = fixed !== undefined;
    code.setAttribute("aria-label", `${label}: equivalent request`);
    code.addEventListener("click", () => this.#listener.code(this));
    control.addEventListener("input", () => this.#edited());
  }

  #reset(text) {
    writeControl(this.#control, this.#param, text);
    this.#edited();
    this.focus();
  }

  #edited() {
    this.#isCleared &&= this.text === "";
    this.#show();
    this.#listener.changed();
    clearTimeout(this.#timer);
    if (this.isEdited) this.#timer = setTimeout(() => this.#check(), WAIT_MS);
    else this.fail("");
  }

  /** Make the camera check the value. */
  async #check() {
    const asked = (this.#asked += 1);
    try {
      const answer = await postToCamera("web/check", { name: this.id, value: this.text });
      if (!answer.ok || asked !== this.#asked) return;
      this.fail((await answer.json()).error ?? "");
    } catch {
      // saving reports that the camera does not answer
    }
  }

  #show() {
    this.element.classList.toggle("edited", this.isEdited);
    this.element.classList.toggle("fixed", this.isFixed);
    this.#part("reset").hidden = this.isFixed || !this.#canReset;
    if (this.isSecret) this.#control.placeholder = this.#isCleared ? "is removed when saved" : this.#value ? "unchanged" : "none";
    setText(this.#part("note"), this.#elsewhere ? `Changed by another client to ${describeValue(this.#param, this.#value)}` : "");
  }
}
