// Confirmation: a question before an irreversible action.

/** @param {string} title @param {string} words @param {string} yes label of the confirming button
 * @param {"danger" | "main"} look of that button @returns {Promise<boolean>} */
export function confirmed(title, words, yes, look = "danger") {
  const dialog = document.getElementById("confirm") ?? build();
  const [heading, text, button] = ["#confirm-title", "#confirm-words", "#confirm-yes"].map((id) => dialog.querySelector(id));
  heading.textContent = title;
  text.textContent = words;
  button.textContent = yes;
  button.className = `button ${look}`;
  const done = new AbortController();
  dialog.showModal();
  return new Promise((resolve) => {
    // not by the event "close", which may arrive when the next question is open
    const tell = (answer) => {
      done.abort();
      resolve(answer);
    };
    dialog.addEventListener("submit", (event) => tell(event.submitter?.value === "yes"), { signal: done.signal });
    dialog.addEventListener("cancel", () => tell(false), { signal: done.signal });
  });
}

function build() {
  const dialog = Object.assign(document.createElement("dialog"), { className: "confirm", id: "confirm" });
  dialog.setAttribute("aria-labelledby", "confirm-title");
  dialog.setAttribute("aria-describedby", "confirm-words");
  dialog.innerHTML = `
    <form method="dialog">
      <h2 id="confirm-title"></h2>
      <p id="confirm-words"></p>
      <div class="answers"><button class="button" value="no">Cancel</button><button class="button" id="confirm-yes" value="yes"></button></div>
    </form>`;
  document.body.append(dialog);
  return dialog;
}
