// Confirmation: a question before what cannot be undone.

const element = (id) => document.getElementById(id);

/** @param {string} title @param {string} words @param {string} yes the button that says yes @returns {Promise<boolean>} */
export function confirmed(title, words, yes) {
  element("confirm-title").textContent = title;
  element("confirm-words").textContent = words;
  element("confirm-yes").textContent = yes;
  const dialog = element("confirm");
  const done = new AbortController();
  dialog.showModal();
  return new Promise((resolve) => {
    // not by "close", which comes late: the next question may be open by then
    const tell = (answer) => {
      done.abort();
      resolve(answer);
    };
    dialog.addEventListener("submit", (event) => tell(event.submitter?.value === "yes"), { signal: done.signal });
    dialog.addEventListener("cancel", () => tell(false), { signal: done.signal });
  });
}
