// Accounts: list, rank, password, removal (SDK 1.2).

import { confirmed } from "../shared/confirm.js";
import { ask, button, made } from "./requests.js";
import { SystemCard } from "./system_card.js";

const PATH = "cgi/admin/pwdgrp.cgi";
const RANKS = { admin: "Administrator", users: "User", guest: "Guest" };

class AccountList extends SystemCard {
  connectedCallback() {
    const form = this.part("add");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (await this.change(PATH, { action: "add", ...Object.fromEntries(new FormData(form)) })) form.reset();
    });
    this.load();
  }

  async show() {
    const lines = (await ask(PATH, { action: "get" })).matchAll(/^(\w+)="([^"]*)"/gm);
    const accounts = [...lines].flatMap(([, rank, names]) => names.split(",").filter(Boolean).map((name) => ({ name, rank })));
    this.part("list").replaceChildren(...accounts.map((account) => this.#row(account)));
  }

  #do(values) {
    return this.attempt(() => ask(PATH, values));
  }

  #row({ name, rank }) {
    const own = name === document.getElementById("system").dataset.account;
    const row = made("div", "", "account");
    const choice = document.createElement("select");
    choice.append(...Object.entries(RANKS).map(([value, words]) => new Option(words, value, false, value === rank)));
    choice.setAttribute("aria-label", `Rank of ${name}`);
    choice.addEventListener("change", async () => {
      if (!(await this.#do({ action: "update", user: name, grp: choice.value }))) choice.value = rank;
    });
    const remove = button("Remove", `Remove ${name}`, () => this.#remove(name));
    remove.disabled = own;
    row.append(made("b", own ? `${name} (you)` : name), choice, this.#password(name), remove);
    return row;
  }

  #password(name) {
    const form = made("form", "", "password");
    const field = Object.assign(document.createElement("input"), { type: "password", autocomplete: "new-password", maxLength: 64, placeholder: "New password", required: true });
    field.setAttribute("aria-label", `New password of ${name}`);
    const set = Object.assign(document.createElement("button"), { className: "button", textContent: "Set" });
    set.setAttribute("aria-label", `Set the password of ${name}`);
    form.append(field, set);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!(await this.#do({ action: "update", user: name, pwd: field.value }))) return;
      form.reset();
      field.placeholder = "Password set";
    });
    return form;
  }

  async #remove(name) {
    const yes = await confirmed(`Remove ${name}?`, "The account is deleted at once, and its streams end.", "Remove");
    if (yes) await this.change(PATH, { action: "remove", user: name });
  }
}

customElements.define("account-list", AccountList);
