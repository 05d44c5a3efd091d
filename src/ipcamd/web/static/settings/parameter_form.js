// Parameter form: some parameters of the camera with their controls, errors beside them, and one button Save.

import { sendForm } from "../requests/form_request.js";
import { readJson } from "../shared/camera_request.js";
import { make } from "../shared/elements.js";
import { buildControl, markInvalid, readControl, writeControl } from "./control.js";

let asked = null; // the description of the parameters, for all forms of the page

/** @param {string} group names of the groups that the page shows, separated by commas; "": all
 * @returns {Promise<Map<string, object>>} parameters by Group.Name, as /web/settings describes them */
export function describeParameters(anew = false, group = "") {
  if (anew) asked = null;
  asked ??= read(group ? { group } : {}).catch((error) => {
    asked = null;
    throw error;
  });
  return asked;
}

async function read(parameters) {
  const topics = await readJson("web/settings", parameters);
  const groups = new Map();
  for (const { name, params, like, values } of topics.flatMap((topic) => topic.groups))
    groups.set(name, params ?? groups.get(like).map((param) => ({ ...param, value: values[param.name] })));
  return new Map([...groups].flatMap(([name, params]) => params.map((param) => [`${name}.${param.name}`, param])));
}

/** Names of the groups that the forms of the page need, separated by commas. */
function groupsOfPage() {
  const ids = [...document.querySelectorAll("[data-params]")].flatMap((place) => place.dataset.params.split(" "));
  return [...new Set(ids.map((id) => id.slice(0, id.lastIndexOf("."))))].join(",");
}

/** The fields of a `<form>`: an element in it with `data-params="Group.Name Group.Name"` gets those parameters that
 * can be set on this device. */
export class ParameterForm {
  #form;
  #fields = new Map(); // by Group.Name
  #agree;
  #saved;

  /** @param {(texts: Record<string, string>) => Promise<boolean>} agree called before a change is sent
   * @param {(values: Record<string, string>) => void} saved called with the new values */
  constructor(form, { agree = async () => true, saved = () => {} } = {}) {
    [this.#form, this.#agree, this.#saved] = [form, agree, saved];
    form.noValidate = true;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    form.querySelector("[type=submit]").before(this.#codeButton());
  }

  /** Show the fields, or the present values in them. Throws an error with the reason of a failure. */
  async show(anew = false) {
    const described = await describeParameters(anew, groupsOfPage());
    for (const place of this.#form.querySelectorAll("[data-params]"))
      for (const id of place.dataset.params.split(" ")) {
        const param = described.get(id);
        if (param && param.fixed === undefined) this.#field(id, param, place).take(param.value);
      }
    this.#show();
  }

  /** Show new values of a group. */
  take(group, values) {
    for (const [name, text] of Object.entries(values)) this.#fields.get(`${group}.${name}`)?.take(text);
    this.#show();
  }

  #field(id, param, place) {
    if (!this.#fields.has(id)) {
      const field = new Field(id, param, () => this.#show());
      this.#fields.set(id, field);
      place.append(field.element);
    }
    return this.#fields.get(id);
  }

  #edited() {
    return [...this.#fields.values()].filter((field) => field.isEdited);
  }

  #show(words) {
    this.#form.querySelector("[type=submit]").disabled = !this.#edited().length;
    const said = this.#form.querySelector("[role=status]");
    if (said && (words || this.#edited().length)) said.textContent = words ?? "";
  }

  async #save() {
    const edited = this.#edited();
    for (const field of edited) field.fail("");
    this.#fail("");
    const texts = Object.fromEntries(edited.map((field) => [field.id, field.text]));
    if (!edited.length || !(await this.#agree(texts))) return;
    const { errors, values } = await sendForm("web/update", texts);
    for (const [id, why] of Object.entries(errors ?? {})) {
      const field = this.#fields.get(id);
      if (field) field.fail(why);
      else this.#fail(why);
    }
    if (errors) return;
    for (const field of edited) field.saved();
    for (const [id, text] of Object.entries(values)) this.#fields.get(id)?.take(text);
    this.#show("Saved");
    this.#saved(values);
  }

  #codeButton() {
    const button = make("button", "button", "As a request");
    button.addEventListener("click", () => this.#showCode());
    return button;
  }

  async #showCode() {
    const { showRequests } = await import("../requests/request_dialog.js");
    const { account } = document.querySelector("main").dataset;
    const shown = [...this.#fields.values()].filter((field) => field.isEdited || !field.isSecret);
    showRequests(shown, { rank: "admin", account }); // stored by these pages only
  }

  #fail(why) {
    this.#form.querySelector("[data-part=form-error]").textContent = why;
  }
}

class Field {
  #param;
  #control;
  #value;

  constructor(id, param, changed) {
    [this.id, this.#param, this.#value] = [id, param, param.value];
    this.#control = buildControl(param);
    Object.assign(this.#control, { id: `f-${id}` });
    this.#control.dataset.param = id;
    this.#control.setAttribute("aria-describedby", `f-${id}-error`);
    this.#control.addEventListener("input", () => {
      this.fail("");
      changed();
    });
    const isSwitch = param.type === "switch";
    const label = Object.assign(make("label", "", param.label), { htmlFor: this.#control.id, title: param.help });
    const box = make("span", isSwitch ? "switch" : "box", this.#control);
    const error = Object.assign(make("p", "wrong"), { id: `f-${id}-error`, role: "alert" });
    this.element = make("div", isSwitch ? "parameter toggle" : "parameter", label, box, error);
    writeControl(this.#control, param, this.#value);
  }

  get text() {
    return readControl(this.#control, this.#param);
  }

  get isSecret() {
    return this.#param.type === "password";
  }

  get isEdited() {
    return this.isSecret ? this.text !== "" : this.text !== this.#value;
  }

  /** Set the camera's value; unsaved input stays. */
  take(text) {
    const edited = this.isEdited;
    this.#value = text;
    if (!edited) writeControl(this.#control, this.#param, text);
  }

  /** Note that the camera has saved the input. */
  saved() {
    this.#value = this.text;
    if (this.isSecret) this.#control.value = "";
  }

  fail(why) {
    this.element.lastChild.textContent = why;
    markInvalid(this.#control, why);
  }
}
