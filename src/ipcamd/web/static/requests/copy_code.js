// Copy buttons: each copies the text of the element that its data-copy names.

const SAID = 2000; // milliseconds that a button says what it has done

/** Let the buttons below `root` copy. @param {ParentNode} root */
export function activateCopying(root) {
  for (const button of root.querySelectorAll("[data-copy]")) button.addEventListener("click", () => copy(button, root));
}

async function copy(button, root) {
  const source = root.querySelector(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(source); // over plain HTTP only a person may copy
    button.textContent = "Selected";
  }
  setTimeout(() => (button.textContent = "Copy"), SAID);
}
