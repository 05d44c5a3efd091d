// Elements of the events page: short ways to find, make and fill them. Texts are never taken for HTML.

export const element = (id) => document.getElementById(id);

export function make(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** Write a text, unless it is there already: screen readers repeat what is written anew. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
