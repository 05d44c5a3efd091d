// Backup: saves the settings to a file and restores them; downloads the support archive.

import { checkAnswer, postToCamera, sendRequest, throwUnanswered } from "../shared/camera_request.js";
import { confirmed } from "../shared/confirm.js";
import { saveFile } from "../live/file_download.js";
import { SystemCard } from "./system_card.js";

const PATH = "cgi/admin/backup.cgi";

class CameraBackup extends SystemCard {
  connectedCallback() {
    const [save, restore] = [this.part("save"), this.part("restore")];
    save.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#run(() => this.#save(new FormData(save)));
    });
    restore.addEventListener("submit", async (event) => {
      event.preventDefault();
      const form = new FormData(restore);
      const words = "Settings that are not in the file get their factory values. With a passphrase, the file's accounts and passwords replace the present ones.";
      if (await confirmed(`Restore ${form.get("file").name}?`, words, "Restore")) this.#run(() => this.#restore(form));
    });
  }

  #run(action) {
    this.part("said").textContent = "";
    return this.attempt(action);
  }

  async #save(form) {
    const values = { action: "save", ...(form.get("passphrase") && { passphrase: form.get("passphrase") }) };
    const answer = await postToCamera(PATH, values).catch(throwUnanswered);
    const content = checkAnswer(answer.status, await answer.text());
    const name = answer.headers.get("Content-Disposition")?.match(/filename="([^"]+)"/)?.[1] ?? "ipcamd.json";
    saveFile(new Blob([content]), name);
    this.part("said").textContent = `Saved as ${name}.`;
    this.part("save").reset();
  }

  async #restore(form) {
    const sent = new FormData();
    sent.append("action", "restore");
    if (form.get("passphrase")) sent.append("passphrase", form.get("passphrase"));
    sent.append("network", form.get("network") ? "yes" : "no");
    sent.append("file", form.get("file"));
    await sendRequest(PATH, sent);
    this.part("said").textContent = "The settings were restored.";
    this.part("restore").reset();
  }
}

customElements.define("camera-backup", CameraBackup);
