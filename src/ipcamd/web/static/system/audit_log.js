// Audit log: logins, failed logins and changes, newest first.

import { sendRequest } from "../shared/camera_request.js";
import { make } from "../shared/elements.js";
import { SystemCard } from "./system_card.js";

const COUNT = 30; // records at a time
const DAY_S = 86_400;
const KINDS = { login: "Login", login_failed: "Failed login", change: "Change", change_refused: "Refused change" };

class AuditLog extends SystemCard {
  #oldest = null; // number of the last record that is shown

  connectedCallback() {
    for (const name of ["kind", "account", "day"]) this.part(name).addEventListener("change", () => this.load());
    this.part("again").addEventListener("click", () => this.load());
    this.part("older").addEventListener("click", () => this.attempt(() => this.show(this.#oldest)));
    this.load();
  }

  async show(before = null) {
    const query = { format: "json", count: COUNT, ...this.#chosen(), ...(before ? { before } : {}) };
    const records = (await sendRequest("cgi/admin/auditlog.cgi", query)).split("\n").filter(Boolean).map((line) => JSON.parse(line));
    if (!before) this.part("list").replaceChildren();
    this.part("list").append(...records.map(row));
    if (!before && !records.length) this.part("list").append(make("p", "nothing", "No entry matches."));
    this.#oldest = records.at(-1)?.id ?? null;
    this.part("older").hidden = records.length < COUNT || !this.#oldest;
  }

  /** Arguments of the request for the selected filters; days are those of the browser's time zone. */
  #chosen() {
    const [kind, account, day] = ["kind", "account", "day"].map((name) => this.part(name).value.trim());
    const start = day && new Date(`${day}T00:00:00`).getTime() / 1000;
    return { ...(kind && { kind }), ...(account && { account }), ...(day && { since: start, until: start + DAY_S - 1 }) };
  }
}

function row({ time, kind, account, address, what, failure }) {
  const when = make("time", "", `${time.slice(0, 10)} ${time.slice(11, 19)}`);
  when.dateTime = time;
  const by = make("span", "schedule", [account || "camera", address].filter(Boolean).join(", "));
  const outcome = make("div", "outcome", what);
  if (failure) outcome.append(make("div", "failed", failure));
  return make("div", `row ${kind}`, when, make("div", "what", KINDS[kind] ?? kind, by), outcome);
}

customElements.define("audit-log", AuditLog);
