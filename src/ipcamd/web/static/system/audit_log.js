// Audit log: logins, failed logins and changes, newest first.

import { ask, attempt, made } from "./requests.js";

const COUNT = 30; // records at a time
const KINDS = { login: "Login", login_failed: "Failed login", change: "Change", change_refused: "Refused change" };

class AuditLog extends HTMLElement {
  #oldest = null; // number of the last record that is shown

  connectedCallback() {
    for (const [name, event] of [["kind", "change"], ["again", "click"]]) this.#part(name).addEventListener(event, () => this.#load());
    this.#part("older").addEventListener("click", () => this.#load(this.#oldest));
    this.#load();
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  #load(before = null) {
    return attempt(this.#part("error"), async () => {
      const query = { format: "json", count: COUNT, kind: this.#part("kind").value, ...(before ? { before } : {}) };
      const records = (await ask("cgi/admin/auditlog.cgi", query)).split("\n").filter(Boolean).map((line) => JSON.parse(line));
      if (!before) this.#part("list").replaceChildren();
      this.#part("list").append(...records.map(row));
      if (!before && !records.length) this.#part("list").append(made("p", "Nothing yet.", "nothing"));
      this.#oldest = records.at(-1)?.id ?? null;
      this.#part("older").hidden = records.length < COUNT || !this.#oldest;
    });
  }
}

function row({ time, kind, account, address, what, failure }) {
  const line = made("div", "", `row ${kind}`);
  const when = made("time", `${time.slice(0, 10)} ${time.slice(11, 19)}`);
  when.dateTime = time;
  const who = made("div", KINDS[kind] ?? kind, "what");
  who.append(made("span", [account || "camera", address].filter(Boolean).join(", "), "schedule"));
  const outcome = made("div", what, "outcome");
  if (failure) outcome.append(made("div", failure, "failed"));
  line.append(when, who, outcome);
  return line;
}

customElements.define("audit-log", AuditLog);
