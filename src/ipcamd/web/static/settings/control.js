// Control of one parameter: an input element for its kind, and its text as the camera writes it.

/** @typedef {{type: string, words?: string[], labels?: string[], low?: number, high?: number, step?: number, longest?: number}} Kind */

/** @param {Kind} kind @returns {HTMLElement} the element, without a value */
export function buildControl(kind) {
  if (kind.type === "choice") {
    const select = document.createElement("select");
    select.append(...kind.words.map((word, at) => new Option(kind.labels?.[at] ?? word, word)));
    return select;
  }
  const input = document.createElement("input");
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

/** Text of the control's value, as the camera writes it. */
export function readControl(element, kind) {
  if (kind.type === "switch") return kind.words[element.checked ? 0 : 1];
  return element.value;
}

/** @param {string} text as the camera writes it */
export function writeControl(element, kind, text) {
  if (kind.type === "switch") element.checked = text === kind.words[0];
  else if (kind.type === "password") element.value = "";
  else element.value = text;
}

/** Words for a value that a person reads. */
export function describeValue(kind, text) {
  if (kind.type === "choice") return kind.labels?.[kind.words.indexOf(text)] ?? text;
  return text === "" ? "empty" : text;
}
