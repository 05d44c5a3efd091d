// Targets: destinations of clips and notifications, each with its parameters and a test.

import { ParameterForm, describeParameters } from "../settings/parameter_form.js";
import { sendRequest } from "../shared/camera_request.js";
import { element, setText } from "../shared/elements.js";
import { NotificationForm } from "./notification_form.js";
import { WebhookCards } from "./webhooks.js";

const TEST = "cgi/event/test.cgi";
const WORKS = {
  ftp: "The test succeeded: a small file was delivered.",
  email: "The test succeeded: the mail server accepted a mail.",
  samba: "The test succeeded: a small file was delivered.",
  http: "The test succeeded: every URL responded.",
  webhook: "The test succeeded: the receiver accepted a test message.",
};

/** The section of targets: a card `[data-target]` for each, with the fields of the groups that its `data-group` name. */
export class Targets {
  #webhooks = new WebhookCards(); // their cards are among the others
  #cards = [...document.querySelectorAll("[data-target]")];
  #forms = [];
  #notifications = new NotificationForm(element("notifications"));

  constructor() {
    for (const card of this.#cards) {
      const form = card.querySelector("[data-part=form]");
      this.#forms.push(new ParameterForm(form));
      card.addEventListener("input", () => setText(card.querySelector("[data-part=result]"), ""));
      card.querySelector("[data-part=test]").addEventListener("click", (event) => this.#test(card, event.currentTarget));
    }
  }

  /** Read the parameters; unsaved changes stay. */
  async load() {
    try {
      const places = [...document.querySelectorAll("[data-group]")];
      const described = await describeParameters(true, places.map((place) => place.dataset.group).join(","));
      for (const place of places) place.dataset.params = parametersOf(place.dataset.group, described).join(" ");
      await Promise.all([...this.#forms.map((form) => form.show()), this.#notifications.show()]);
      this.#webhooks.show(described);
      setText(element("target-trouble"), "");
    } catch (error) {
      setText(element("target-trouble"), `The targets cannot be loaded: ${error.message}`);
    }
  }

  /** Show new values of a group. */
  take(group, values) {
    if (!element("targets").querySelector("[data-params] > *")) return;
    for (const form of this.#forms) form.take(group, values);
    this.#notifications.take(group, values);
    this.#webhooks.take(group, values);
  }

  async #test(card, button) {
    const result = card.querySelector("[data-part=result]");
    result.className = "result";
    if ([...card.querySelectorAll("[type=submit]")].some((save) => !save.disabled)) {
      setText(result, "Save the changes first: the test uses the saved settings.");
      return;
    }
    button.disabled = true;
    setText(result, "The test is running.");
    const { target } = card.dataset;
    const { error, notes } = await test(target);
    result.classList.add(error ? "bad" : "good");
    setText(result, error ? `The test failed: ${error}` : [WORKS[target] ?? WORKS.webhook, ...notes].join(" "));
    button.disabled = false;
  }
}

/** Names of the parameters of a group. */
function parametersOf(group, described) {
  return [...described.keys()].filter((id) => id.slice(0, id.lastIndexOf(".")) === group);
}

async function test(target) {
  try {
    const [, ...notes] = (await sendRequest(TEST, { target })).split("\r\n").filter(Boolean); // the first is OK
    return { notes };
  } catch (error) {
    return { error: error.message };
  }
}
