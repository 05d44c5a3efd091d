// Backup: saves the settings to a file and restores them; downloads the support archive.

import { cameraUrl, postToCamera } from "../shared/camera_url.js";
import { confirmed } from "../shared/confirm.js";
import { readAnswer, saveAs } from "./requests.js";
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
    const answer = await send(new URLSearchParams(values));
    const content = await answer.text();
    readAnswer(answer.status, content);
    const name = answer.headers.get("Content-Disposition")?.match(/filename="([^"]+)"/)?.[1] ?? "ipcamd.json";
    saveAs(name, content);
    this.part("said").textContent = `Saved as ${name}.`;
    this.part("save").reset();
  }

  async #restore(form) {
    const sent = new FormData();
    sent.append("action", "restore");
    if (form.get("passphrase")) sent.append("passphrase", form.get("passphrase"));
    sent.append("network", form.get("network") ? "yes" : "no");
    sent.append("file", form.get("file"));
    const answer = await send(sent);
    readAnswer(answer.status, await answer.text());
    this.part("said").textContent = "The settings were restored.";
    this.part("restore").reset();
  }
}

async function send(body) {
  try {
    return await postToCamera(cameraUrl(PATH), body);
  } catch {
    throw new Error("the camera does not answer");
  }
}

customElements.define("camera-backup", CameraBackup);
