// Live log: new lines of the camera's log, read only while the section is open.

import { cameraUrl } from "../shared/camera_request.js";
import { make } from "../shared/elements.js";
import { EventConnection } from "../shared/state_stream.js";
import { SystemCard } from "../system/system_card.js";

const MOST = 500; // most displayed lines, and most lines kept while it is paused
const NEAR = 40; // pixels from the end within which the view follows new lines

class LiveLog extends SystemCard {
  #events = null;
  #newest = 0; // number of the newest line
  #waiting = []; // lines received while it is paused

  connectedCallback() {
    const [box, level, pause] = [this.part("box"), this.part("level"), this.part("pause")];
    box.addEventListener("toggle", () => this.#follow());
    level.addEventListener("change", () => this.#restart());
    pause.addEventListener("click", () => this.#pause(pause.getAttribute("aria-pressed") !== "true"));
    this.#nameFile();
  }

  disconnectedCallback() {
    this.#events?.close();
  }

  #nameFile() {
    this.part("download").href = cameraUrl("web/log.txt", { level: this.part("level").value });
  }

  #restart() {
    this.#nameFile();
    this.part("lines").replaceChildren();
    [this.#newest, this.#waiting] = [0, []];
    this.#follow();
  }

  #follow() {
    this.#events?.close();
    this.#events = null;
    if (!this.part("box").open) return;
    const level = this.part("level").value;
    this.#events = new EventConnection("web/log", { lines: (lines) => this.#take(lines) }, () => {}, { level });
  }

  #pause(paused) {
    this.part("pause").setAttribute("aria-pressed", paused);
    this.part("pause").textContent = paused ? "Go on" : "Pause";
    if (!paused) this.#show(this.#waiting.splice(0));
    this.#count();
  }

  #count() {
    this.part("count").textContent = this.#waiting.length ? `${this.#waiting.length} new` : "";
  }

  #take(lines) {
    // a new connection begins with earlier lines; after a restart of the camera the numbers restart
    if (lines.at(-1).number < this.#newest) this.#newest = 0;
    const fresh = lines.filter((line) => line.number > this.#newest);
    this.#newest = lines.at(-1).number;
    if (this.part("pause").getAttribute("aria-pressed") === "true") {
      this.#waiting = [...this.#waiting, ...fresh].slice(-MOST);
      this.#count();
    } else this.#show(fresh);
  }

  #show(lines) {
    const list = this.part("lines");
    const follows = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
    list.append(...lines.map(row));
    while (list.children.length > MOST) list.firstChild.remove();
    if (follows) list.scrollTop = list.scrollHeight;
  }
}

function row({ time, level, part, message }) {
  const when = make("time", "", new Date(time).toTimeString().slice(0, 8));
  when.dateTime = when.title = time;
  return make("div", level, when, " ", make("b", "", level), " ", make("span", "", message), " ", make("small", "", part.replace(/^ipcamd\./, "")));
}

customElements.define("live-log", LiveLog);
