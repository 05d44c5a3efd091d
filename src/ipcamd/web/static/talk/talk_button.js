// Talk button: held by mouse, touch, space bar or the key T, it transmits the user's voice to the camera. For a screen
// reader, which cannot hold it, it is a switch.

import { element } from "../shared/elements.js";
import { listenToHolding } from "../shared/held_button.js";

const AWAY_MS = 500; // milliseconds without the focus after which a talk ends

/** The button, which it shows, and its messages. */
export class TalkButton {
  #button = element("talk");
  #notice = element("talk-notice");
  #press = null; // while it is held
  #channel;

  /** @param {() => import("./webrtc_talk.js").TalkChannel | null} channel for talk over WebRTC; null: over HTTP */
  constructor(channel) {
    this.#channel = channel;
    this.#button.hidden = false;
    const release = () => this.release();
    listenToHolding(this.#button, { press: () => this.press(), release, click: () => (this.#press ? this.release() : this.press()) });
    this.#button.addEventListener("keydown", (event) => {
      if (![" ", "Enter"].includes(event.key)) return;
      event.preventDefault();
      if (!event.repeat) this.press();
    });
    document.addEventListener("keyup", (event) => [" ", "Enter", "t", "T"].includes(event.key) && this.release());
    // another window gets the keyup; a permission dialog takes the focus only briefly
    addEventListener("blur", () => setTimeout(() => document.hasFocus() || this.release(), AWAY_MS));
  }

  /** Begin to talk, or show why that is not possible. */
  async press() {
    if (this.#press) return;
    if (!navigator.mediaDevices?.getUserMedia) return this.#explain();
    const press = (this.#press = { talk: null });
    this.#say("");
    this.#button.setAttribute("aria-pressed", "true");
    const talk = await this.#open((why) => {
      this.#say(`Not heard: ${why}`);
      this.#end();
    });
    if (this.#press !== press) return;
    press.talk = talk;
    talk.start();
  }

  /** Release. */
  async release() {
    const talk = this.#press?.talk;
    this.#end();
    await talk?.stop();
  }

  async #open(failed) {
    const channel = this.#channel();
    if (channel) {
      const { WebRtcTalk } = await import("./webrtc_talk.js");
      return new WebRtcTalk(channel, failed);
    }
    const { PushToTalk } = await import("./push_to_talk.js");
    return new PushToTalk(failed);
  }

  #end() {
    this.#press = null;
    this.#button.setAttribute("aria-pressed", "false");
  }

  async #explain() {
    const { explainInsecure } = await import("./insecure_page.js");
    const { text, link } = explainInsecure(element("player").dataset.https);
    this.#say(text);
    if (link) this.#notice.append(link);
  }

  #say(text) {
    this.#notice.textContent = text;
    this.#notice.hidden = !text;
  }
}
