// Elements of a page: find, create and fill them. Texts are never interpreted as HTML.

export const element = (id) => document.getElementById(id);

/** @param {...(string | Node)} children */
export function make(tag, className = "", ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (tag === "button") made.type = "button"; // does not submit the form around it
  made.append(...children);
  return made;
}

/** Write a text, unless it is displayed already: screen readers repeat text that is set again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
