// Webhooks: a card for each webhook with an address, a button that adds one, and generation of secrets.

import { element, setText } from "../shared/elements.js";

const SLOTS = 8;
const SECRET_BYTES = 32;
const KEPT = "Copy the secret to the receiver now: it cannot be displayed after it is saved.";
const IDS = Array.from({ length: SLOTS }, (_, at) => `Event.Webhook${at + 1}.URL`);

/** The cards of all webhooks, which `Targets` fills and tests like its others. Build it before them. */
export class WebhookCards {
  #cards = [];

  constructor() {
    for (let number = 1; number <= SLOTS; number += 1) this.#cards.push(buildCard(number));
    element("webhook-add").addEventListener("click", () => this.#add());
  }

  /** @param {Map<string, {value: string}>} described parameters by Group.Name */
  show(described) {
    for (const [at, card] of this.#cards.entries()) if (described.get(IDS[at])?.value) card.hidden = false;
    this.#showButton();
  }

  /** Show new values of a group. */
  take(group, { URL: url }) {
    const at = IDS.indexOf(`${group}.URL`);
    if (at >= 0 && url) this.#cards[at].hidden = false;
    this.#showButton();
  }

  #add() {
    const card = this.#cards.find(({ hidden }) => hidden);
    card.hidden = false;
    card.querySelector("[type=text]").focus();
    this.#showButton();
  }

  #showButton() {
    const isFull = this.#cards.every(({ hidden }) => !hidden);
    element("webhook-add").disabled = isFull;
    setText(element("webhook-full"), isFull ? `There are ${SLOTS} webhooks, the maximum number. To reuse one, remove its URL.` : "");
  }
}

function buildCard(number) {
  const template = element("webhook-card");
  const card = template.content.firstElementChild.cloneNode(true);
  card.dataset.target = `webhook${number}`;
  setText(card.querySelector("h3"), `Webhook ${number}`);
  card.querySelector(".parameters").dataset.group = `Event.Webhook${number}`;
  card.querySelector("[data-part=new-secret]").addEventListener("click", () => fillSecret(card));
  card.querySelector("form").addEventListener("submit", () => hideSecret(card));
  template.before(card);
  return card;
}

/** Write a new random secret into the field, readable until it is saved. */
function fillSecret(card) {
  const field = secretField(card);
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  Object.assign(field, { type: "text", value: `whsec_${btoa(String.fromCharCode(...bytes))}` });
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.select();
  setText(card.querySelector("[data-part=secret-hint]"), KEPT);
}

function hideSecret(card) {
  secretField(card).type = "password";
  setText(card.querySelector("[data-part=secret-hint]"), "");
}

const secretField = (card) => card.querySelector('[data-param$=".Secret"]');
