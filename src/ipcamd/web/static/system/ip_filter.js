// IP filter: lists of denied and accepted addresses (SDK 7).

import { sendRequest } from "../shared/camera_request.js";
import { make } from "../shared/elements.js";
import { SystemCard, makeButton } from "./system_card.js";

const PATH = "cgi/admin/ipfilter.cgi";
const TITLES = { DenyIPRange: "Denied", AcceptIPRange: "Accepted", DenyIPv6: "Denied, IPv6", AcceptIPv6: "Accepted, IPv6" };

class IpFilter extends SystemCard {
  connectedCallback() {
    const [form, policy] = [this.part("add"), this.part("policy")];
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const { entry, list } = Object.fromEntries(new FormData(form));
      const name = entry.includes(":") ? `${list}IPv6` : `${list}IPRange`;
      if (await this.change(PATH, { action: "add", [name]: entry })) form.reset();
    });
    policy.addEventListener("change", async () => {
      const wanted = policy.checked;
      if (!(await this.change(PATH, { action: "update", Policy: wanted ? "Both" : "Disable" }))) policy.checked = !wanted;
    });
    this.load();
  }

  async show() {
    const [policy, lists] = await Promise.all([sendRequest(PATH, { action: "list", name: "Policy" }), sendRequest(PATH, { action: "list" })]);
    this.part("policy").checked = policy.trim() === "Both";
    const parts = lists.split(/^\[(\w+)\]\r?$/m).slice(1);
    const rows = [];
    for (let at = 0; at < parts.length; at += 2) rows.push(...this.#rows(parts[at], parts[at + 1].split(/\r?\n/).filter(Boolean)));
    this.part("lists").replaceChildren(...(rows.length ? rows : [make("p", "nothing", "No entries: all addresses may connect.")]));
  }

  #rows(list, entries) {
    return entries.map((entry) => {
      const remove = makeButton("Remove", `Remove ${entry}`, () => this.change(PATH, { action: "remove", [list]: entry }));
      return make("div", "entry", make("span", "", TITLES[list] ?? list), make("code", "", entry), remove);
    });
  }
}

customElements.define("ip-filter", IpFilter);
