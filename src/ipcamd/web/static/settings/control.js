// Control of one parameter: an input element for its kind, and its text in the camera's notation.

import { make } from "../shared/elements.js";

/** @typedef {{type: string, label?: string, words?: string[], labels?: string[], low?: number, high?: number, step?: number, longest?: number}} Kind */

/** @param {Kind} kind @returns {HTMLElement} the element, without a value */
export function buildControl(kind) {
  if (kind.type === "choice") {
    return make("select", "", ...kind.words.map((word, at) => new Option(kind.labels?.[at] ?? word, word)));
  }
  if (kind.type === "choices") return buildChoices(kind);
  const input = make("input");
  input.autocomplete = "off";
  input.spellcheck = false;
  if (kind.type === "switch") {
    input.type = "checkbox";
    input.setAttribute("role", "switch");
    return input;
  }
  input.type = kind.type;
  if (kind.type === "number") Object.assign(input, { min: kind.low, max: kind.high, step: kind.step });
  if (kind.type === "time") input.step = 1;
  if (kind.type === "password") Object.assign(input, { autocomplete: "new-password" });
  if (kind.longest) input.maxLength = kind.longest;
  return input;
}

/** A group of check boxes; it contains its label, because only single controls can be labelled from outside. */
function buildChoices({ label, words }) {
  const buildBox = (word) => Object.assign(make("input"), { type: "checkbox", value: word, autocomplete: "off" });
  const group = make("fieldset", "choices", ...words.map((word) => make("label", "", buildBox(word), word)));
  group.setAttribute("aria-label", label);
  return group;
}

const boxes = (group) => [...group.querySelectorAll("input")];

/** The control's value in the camera's notation. */
export function readControl(element, kind) {
  if (kind.type === "switch") return kind.words[element.checked ? 0 : 1];
  if (kind.type === "choices") return boxes(element).filter((box) => box.checked).map((box) => box.value).join(",");
  return element.value;
}

/** @param {string} text in the camera's notation */
export function writeControl(element, kind, text) {
  if (kind.type === "switch") element.checked = text === kind.words[0];
  else if (kind.type === "choices") for (const box of boxes(element)) box.checked = text.split(",").includes(box.value);
  else if (kind.type === "password") element.value = "";
  else element.value = text;
}

/** Mark a control whose value is refused. @param {string} why "" if it is not */
export function markInvalid(control, why) {
  if (why) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

/** Readable text of a value. */
export function describeValue(kind, text) {
  if (kind.type === "choice") return kind.labels?.[kind.words.indexOf(text)] ?? text;
  return text === "" ? "empty" : text;
}
