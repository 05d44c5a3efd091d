// Accounts: list, rank, password, removal (SDK 1.2).

import { sendRequest } from "../shared/camera_request.js";
import { confirmed } from "../shared/confirm.js";
import { make } from "../shared/elements.js";
import { SystemCard, makeButton } from "./system_card.js";

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
    const lines = (await sendRequest(PATH, { action: "get" })).matchAll(/^(\w+)="([^"]*)"/gm);
    const accounts = [...lines].flatMap(([, rank, names]) => names.split(",").filter(Boolean).map((name) => ({ name, rank })));
    this.part("list").replaceChildren(...accounts.map((account) => this.#row(account)));
  }

  #do(values) {
    return this.attempt(() => sendRequest(PATH, values));
  }

  #row({ name, rank }) {
    const own = name === document.getElementById("system").dataset.account;
    const choice = make("select", "", ...Object.entries(RANKS).map(([value, words]) => new Option(words, value, false, value === rank)));
    choice.setAttribute("aria-label", `Rank of ${name}`);
    choice.addEventListener("change", async () => {
      if (!(await this.#do({ action: "update", user: name, grp: choice.value }))) choice.value = rank;
    });
    const remove = makeButton("Remove", `Remove ${name}`, () => this.#remove(name));
    remove.disabled = own;
    return make("div", "account", make("b", "", own ? `${name} (you)` : name), choice, this.#password(name), remove);
  }

  #password(name) {
    const field = Object.assign(make("input"), { type: "password", autocomplete: "new-password", maxLength: 64, placeholder: "New password", required: true });
    field.setAttribute("aria-label", `New password of ${name}`);
    const set = Object.assign(make("button", "button", "Set"), { type: "submit" });
    set.setAttribute("aria-label", `Set the password of ${name}`);
    const form = make("form", "password", field, set);
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
