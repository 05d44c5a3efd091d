// Elements of the events page: find, create and fill them. Texts are never interpreted as HTML.

export const element = (id) => document.getElementById(id);

export function make(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** Write a text, unless it is displayed already: screen readers repeat text that is set again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
