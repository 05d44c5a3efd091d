// Motion windows: the panel of the live page over the live picture, while the section is shown.

import "../live/small_picture.js";
import { MotionPanel } from "../motion/motion_panel.js";
import { element } from "../shared/elements.js";
import { showToast } from "../shared/toast.js";

const GROUP = "Motion";

/** The section of motion windows. */
export class MotionWindows {
  #panel = new MotionPanel(element("picture"), showToast);

  constructor() {
    element("motion-button").addEventListener("click", () => this.#panel.toggle());
  }

  /** Read the windows; unsaved changes stay. */
  async load() {
    await this.#panel.load();
    if (!this.#panel.isOpen) this.#panel.toggle();
  }

  /** Show new values of a group. */
  take(group) {
    if (group === GROUP) this.#panel.load();
  }

  /** @param {number[]} levels of the windows, 0 to 255 */
  tell(levels) {
    this.#panel.tell(levels);
    this.#panel.describe();
  }
}
