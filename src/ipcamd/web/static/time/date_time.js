// Date and time: the camera's clock beside this device's, its zone, and the time server.

import { ParameterForm } from "../settings/parameter_form.js";
import { sendRequest } from "../shared/camera_request.js";
import { followHostState, lookAgain } from "../shared/host_state.js";
import { FormCard } from "../system/system_card.js";

const TICK = 1000;

class DateTime extends FormCard {
  #camera = null; // its local time as if it were UTC, in milliseconds, and the browser's time of that reading

  connectedCallback() {
    this.form = new ParameterForm(this.part("form"), { saved: lookAgain });
    this.part("by-hand").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#set(new Date(`${this.part("moment").value}Z`));
    });
    this.part("as-here").addEventListener("click", () => this.#setAsHere());
    followHostState(({ time }) => this.#show(time));
    setInterval(() => this.#tick(), TICK);
    this.load();
  }

  #show(time) {
    this.#camera = { local: Date.parse(`${time.now.slice(0, 23)}Z`), at: performance.now(), zone: time.now.slice(23), off: Date.parse(time.now) - Date.now() };
    this.part("ntp").textContent = describeNtp(time);
    this.#tick();
  }

  #tick() {
    if (!this.#camera) return;
    const { local, at, zone, off } = this.#camera;
    const now = new Date(local + performance.now() - at).toISOString();
    this.part("clock").textContent = `${now.slice(0, 10)} ${now.slice(11, 19)} (UTC${zone})`;
    this.part("difference").textContent = Math.abs(off) < 1500 ? "the same" : `${duration(Math.abs(off) / 1000)} ${off > 0 ? "behind" : "ahead of"} the camera`;
  }

  /** @param {Date} moment whose UTC fields are the camera's local time */
  async #set(moment) {
    const names = ["year", "month", "day", "hour", "minute", "second"];
    const numbers = moment.toISOString().match(/\d+/g).map(Number);
    const done = await this.attempt(() => sendRequest("cgi/admin/date.cgi", { action: "set", ...Object.fromEntries(names.map((name, at) => [name, numbers[at]])) }));
    if (done) this.part("by-hand").reset();
    lookAgain();
  }

  #setAsHere() {
    if (!this.#camera) return;
    const [sign, hours, minutes] = [this.#camera.zone[0], ...this.#camera.zone.slice(1).split(":").map(Number)];
    const offset = (hours * 60 + minutes) * 60_000 * (sign === "-" ? -1 : 1);
    return this.#set(new Date(Date.now() + offset));
  }
}

function describeNtp({ by_ntp: byNtp, ntp_problem: problem, synchronized, offset_s: offset }) {
  if (!byNtp) return "not used: the clock is set manually";
  const last = synchronized && `${synchronized.slice(0, 10)} ${synchronized.slice(11, 19)}, the clock was ${Math.abs(offset).toFixed(3)} s ${offset > 0 ? "behind" : "ahead"}`;
  if (problem) return `no answer: ${problem}${last ? `; last synchronized ${last}` : ""}`;
  return last ? `synchronized ${last}` : "waiting for the first answer";
}

function duration(seconds) {
  if (seconds < 120) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}

customElements.define("date-time", DateTime);
