// Copy buttons: each copies the text of the element named by its data-copy.

const SAID_MS = 2000; // milliseconds for which a button confirms the copy

/** Activate the copy buttons below `root`. @param {ParentNode} root */
export function activateCopying(root) {
  for (const button of root.querySelectorAll("[data-copy]")) button.addEventListener("click", () => copy(button, root));
}

async function copy(button, root) {
  const source = root.querySelector(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(source); // over plain HTTP scripts cannot copy
    button.textContent = "Selected";
  }
  setTimeout(() => (button.textContent = "Copy"), SAID_MS);
}
