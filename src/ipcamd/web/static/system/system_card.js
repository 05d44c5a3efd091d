// System card: an element of the system page that shows its own errors.

import { sendRequest } from "../shared/camera_request.js";
import { make } from "../shared/elements.js";

/** A subclass implements `show()`, which reads and shows the present state. */
export class SystemCard extends HTMLElement {
  /** Element of this card. */
  part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  /** Run `action`; the card shows its error. @returns {Promise<boolean>} whether it worked */
  async attempt(action) {
    const place = this.part("error");
    place.textContent = "";
    try {
      await action();
      return true;
    } catch (error) {
      place.textContent = error.message;
      return false;
    }
  }

  /** Show the present state. */
  load() {
    return this.attempt(() => this.show());
  }

  /** Change something, then show the present state. @returns {Promise<boolean>} whether it worked */
  change(path, values) {
    return this.attempt(async () => {
      await sendRequest(path, values);
      await this.show();
    });
  }
}

/** A card with a form of parameters, `this.form`. */
export class FormCard extends SystemCard {
  form = null;

  show(anew = false) {
    return this.form.show(anew);
  }

  /** Show new values of a group. */
  take(group, values) {
    this.form?.take(group, values);
  }
}

/** A button that calls `action`. */
export function makeButton(text, label, action) {
  const button = make("button", "button", text);
  button.setAttribute("aria-label", label);
  button.addEventListener("click", action);
  return button;
}

/** Terms and their descriptions, for a `<dl>`. @param {[string, string][]} facts */
export const makeFacts = (facts) => facts.flatMap(([title, text]) => [make("dt", "", title), make("dd", "", text)]);
