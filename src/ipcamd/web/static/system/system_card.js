// System card: an element of the system page that shows its own errors.

import { ask, attempt } from "./requests.js";

/** A subclass implements `show()`, which reads and shows the present state. */
export class SystemCard extends HTMLElement {
  /** Element of this card. */
  part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  /** Run `action`; the card shows its error. @returns {Promise<boolean>} whether it worked */
  attempt(action) {
    return attempt(this.part("error"), action);
  }

  /** Show the present state. */
  load() {
    return this.attempt(() => this.show());
  }

  /** Change something, then show the present state. @returns {Promise<boolean>} whether it worked */
  change(path, values) {
    return this.attempt(async () => {
      await ask(path, values);
      await this.show();
    });
  }
}
