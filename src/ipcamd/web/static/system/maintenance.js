// Maintenance: restart, factory values and firmware; each asks before it begins.

import { cameraUrl, checkAnswer, getFromCamera, readValues, sendRequest } from "../shared/camera_request.js";
import { confirmed } from "../shared/confirm.js";
import { SystemCard } from "./system_card.js";

const ABOUT = "cgi/param.cgi?action=list&group=System.Info&name=FWVersion";
const AGAIN_MS = 1000; // milliseconds between checks for the camera's return
const PATIENCE_MS = 180_000; // milliseconds after which the page stops waiting

class CameraMaintenance extends SystemCard {
  connectedCallback() {
    const tasks = {
      restart: ["Restart the camera?", "Streams and recordings are interrupted for a few seconds.", "Restart", "cgi/admin/restart.cgi", {}],
      "reset-2": ["Reset to factory values?", "All settings except address and time zone are lost.", "Reset", "cgi/admin/factorydefault.cgi", { mode: 2 }],
      "reset-1": ["Reset everything?", "All settings and accounts are lost. The camera prints a new password in its console or log.", "Reset all", "cgi/admin/factorydefault.cgi", { mode: 1 }],
    };
    for (const [name, [title, words, yes, path, values]] of Object.entries(tasks)) {
      this.part(name).addEventListener("click", async () => {
        if (!(await confirmed(title, words, yes))) return;
        if (await this.attempt(() => sendRequest(path, values))) await this.#wait();
      });
    }
    this.part("firmware").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#install(event.target);
    });
    this.load();
  }

  #say(words) {
    this.part("said").textContent = words;
  }

  async show() {
    this.part("version").textContent = readValues(await sendRequest(ABOUT)).FWVersion;
  }

  /** Wait until the camera answers after its restart, which may not have begun yet. */
  async #wait() {
    this.#say("The camera restarts.");
    const end = performance.now() + PATIENCE_MS;
    let away = false;
    while (performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      const answers = await getFromCamera(ABOUT).then(() => true, () => false);
      if (!answers) away = true;
      else if (away || performance.now() > end - PATIENCE_MS + 10 * AGAIN_MS) {
        await this.load();
        return this.#say("The camera is running again.");
      }
    }
    return this.#say("The camera is not running again yet.");
  }

  async #install(form) {
    const image = form.elements.image.files[0];
    if (!(await confirmed("Install this firmware?", `${image.name} is installed and started. If it does not start, the camera returns to the present version.`, "Install"))) return;
    const body = new FormData();
    if (form.elements.force.checked) body.append("force", "yes");
    body.append("image", image);
    const [bar, submit] = [this.part("progress"), form.querySelector("[type=submit]")];
    bar.hidden = false;
    submit.disabled = true;
    this.#say("Uploading");
    const done = await this.attempt(() => this.#upload(body, bar));
    bar.hidden = true;
    submit.disabled = false;
    if (done) await this.#wait();
    else this.#say("");
  }

  #upload(body, bar) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", cameraUrl("cgi/admin/firmwareupgrade.cgi"));
      request.setRequestHeader("X-Camera-Page", "1");
      request.upload.addEventListener("progress", (event) => {
        bar.value = event.lengthComputable ? event.loaded / event.total : 0;
        if (event.loaded === event.total) this.#say("Installing");
      });
      request.addEventListener("error", () => reject(new Error("the upload was interrupted")));
      request.addEventListener("load", () => {
        try {
          resolve(checkAnswer(request.status, request.responseText));
        } catch (error) {
          reject(error);
        }
      });
      request.send(body);
    });
  }
}

customElements.define("camera-maintenance", CameraMaintenance);
