// Argument form: the arguments of one endpoint as controls; only those of the selected action are shown.

import { buildControl } from "../settings/control.js";
import { make } from "../shared/elements.js";

const FORM = "application/x-www-form-urlencoded";
const UPLOAD = "multipart/form-data";
const NO_VALUE = "no value";
const UPDATE = "update";
let built = 0; // for unique ids

/** @typedef {{name: string, description: string, schema: object, actions: string[], isSecret: boolean}} Argument */

export class ArgumentForm {
  element = document.createElement("div");
  #rows; // {argument, control, element}
  #parameter = null; // name and value of a parameter, for requests that change parameters
  #file = null;

  /** @param {object} item the operations of one path @param {object} description the whole */
  constructor(item, description) {
    const listed = listArguments(item);
    this.#rows = listed.map((argument) => this.#buildRow(argument, argument.name === "group" ? description : null));
    this.element.append(...this.#rows.map((row) => row.element));
    if (item.get?.parameters.some(({ name }) => name === "parameters")) this.#buildParameter(description.components.schemas);
    if (hasFile(item)) this.#buildFile();
    this.element.addEventListener("input", () => this.#show());
    this.#show();
  }

  /** The selected action; "" if there is only one. */
  get action() {
    return this.#rows.find(({ argument }) => argument.name === "action")?.control.value ?? "";
  }

  /** Read the entered values. @returns {{pairs: [string, string][], file: File | undefined, hasSecret: boolean}} */
  read() {
    const used = this.#rows.filter(({ element, control }) => !element.hidden && (control.type === "checkbox" ? control.checked : control.value));
    const pairs = used.map(({ argument, control }) => [argument.name, control.type === "checkbox" ? "" : control.value]);
    if (this.#parameter && !this.#parameter.element.hidden && this.#parameter.name.value) pairs.push([this.#parameter.name.value, this.#parameter.value.value]);
    return { pairs, file: this.#file?.files[0], hasSecret: used.some(({ argument }) => argument.isSecret) };
  }

  #show() {
    const { action } = this;
    for (const { argument, element } of this.#rows) element.hidden = argument.actions.length > 0 && !argument.actions.includes(action);
    if (this.#parameter) this.#parameter.element.hidden = action !== UPDATE;
  }

  #buildRow(argument, description) {
    const { name, schema, isSecret } = argument;
    const control = schema["x-allowed"] === NO_VALUE ? buildFlag() : buildControl(kindOf(schema, name, isSecret));
    const allowed = schema["x-allowed"] && schema["x-allowed"] !== NO_VALUE ? ` Allowed: ${schema["x-allowed"]}.` : "";
    const range = "minimum" in schema ? ` ${schema.minimum} to ${schema.maximum}.` : "";
    const element = buildField(name, argument.description + range + allowed, control);
    if (description) control.setAttribute("list", suggest(element, Object.keys(description.components.schemas).filter((group) => group !== "Update")));
    return { argument, control, element };
  }

  /** One parameter with its new value; the group's schema knows the names. */
  #buildParameter(schemas) {
    const [name, value] = [document.createElement("input"), document.createElement("input")];
    const element = make("div", "", buildField("Parameter", "Name of the parameter that gets a new value.", name), buildField("Value", "New value.", value));
    const group = this.#rows.find(({ argument }) => argument.name === "group")?.control;
    const list = suggest(element, []);
    name.setAttribute("list", list);
    group?.addEventListener("input", () => fill(element.querySelector("datalist"), Object.keys(schemas[group.value]?.properties ?? {})));
    name.addEventListener("input", () => {
      const { description = "", ...schema } = schemas[group?.value]?.properties[name.value] ?? {};
      value.closest(".argument").querySelector(".help").textContent = [description, wordsOf(schema)].filter(Boolean).join(" ") || "New value.";
    });
    this.#parameter = { element, name, value };
    this.element.append(element);
  }

  #buildFile() {
    this.#file = Object.assign(document.createElement("input"), { type: "file" });
    this.element.append(buildField("file", "The file that is sent.", this.#file));
  }
}

/** @returns {Argument[]} those of the URL, then those that only a form may hold */
function listArguments({ get, post }) {
  const listed = (get ?? post).parameters.filter(({ name }) => name !== "parameters");
  const found = listed.map(({ name, description, schema, "x-actions": actions = [] }) => ({ name, description, schema, actions, isSecret: false }));
  const form = post?.requestBody?.content[FORM]?.schema ?? post?.requestBody?.content[UPLOAD]?.schema ?? {};
  for (const { properties = {} } of form.oneOf ?? [form]) {
    for (const [name, { description = "", ...schema }] of Object.entries(properties)) {
      if (name !== "file" && !found.some((argument) => argument.name === name)) found.push({ name, description, schema, actions: [], isSecret: Boolean(get) });
    }
  }
  return found;
}

const hasFile = ({ post }) => "file" in (post?.requestBody?.content[UPLOAD]?.schema?.properties ?? {});

/** The kind of control for a schema. */
function kindOf(schema, name, isSecret) {
  if (isSecret) return { type: "password" };
  if (schema.enum) {
    const words = name === "action" && !schema.default ? schema.enum : ["", ...schema.enum.filter((word) => word !== "")];
    const labels = words.map((word) => (word === "" ? notSent(schema) : labelOf(schema, word)));
    return { type: "choice", words, labels };
  }
  if (schema.type === "integer") return { type: "number", low: schema.minimum, high: schema.maximum, step: schema.multipleOf ?? 1 };
  return { type: "text", longest: schema.maxLength };
}

const notSent = (schema) => (schema.default ? `${schema.default} (not sent)` : "not sent");

function labelOf(schema, word) {
  const label = schema["x-labels"]?.[schema.enum.indexOf(word)];
  return label ? `${word} (${label})` : word;
}

function wordsOf(schema) {
  if (schema.enum) return `Allowed: ${schema.enum.join(", ")}.`;
  if ("minimum" in schema) return `Allowed: ${schema.minimum} to ${schema.maximum}.`;
  return schema["x-allowed"] ? `Allowed: ${schema["x-allowed"]}.` : "";
}

function buildFlag() {
  return Object.assign(document.createElement("input"), { type: "checkbox" });
}

function buildField(name, help, control) {
  const id = `argument-${(built += 1)}`;
  control.id = id;
  control.setAttribute("aria-describedby", `${id}-help`);
  const label = Object.assign(make("label", "", name), { htmlFor: id });
  const words = Object.assign(make("p", "help", help.replaceAll("`", "")), { id: `${id}-help` });
  return make("div", "argument", label, control, words);
}

/** Add a list of suggestions. @returns {string} its id */
function suggest(element, words) {
  const list = Object.assign(document.createElement("datalist"), { id: `words-${(built += 1)}` });
  fill(list, words);
  element.append(list);
  return list.id;
}

const fill = (list, words) => list.replaceChildren(...words.map((word) => new Option(word, word)));
