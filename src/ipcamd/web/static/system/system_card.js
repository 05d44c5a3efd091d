// System card: an element of the system page whose errors stand in it.

import { ask, attempt } from "./requests.js";

/** A subclass says by `show()` how it reads and shows the present state. */
export class SystemCard extends HTMLElement {
  /** Element of this card. */
  part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  /** Run `action`; its error stands in the card. @returns {Promise<boolean>} whether it worked */
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
