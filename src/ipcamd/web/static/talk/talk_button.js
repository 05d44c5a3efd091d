// Talk button: held by mouse, touch, space bar or the key T, it transmits the user's voice to the camera. For a screen
// reader, which cannot hold it, it is a switch.

import { cameraUrl } from "../shared/camera_url.js";

const AWAY_MS = 500; // milliseconds without the focus after which a talk ends
const INSECURE = "Browsers let pages use the microphone over HTTPS only.";

const element = (id) => document.getElementById(id);

/** The button and its messages. */
export class TalkButton {
  #button = element("talk");
  #notice = element("talk-notice");
  #press = null; // while it is held
  #channel;

  /** @param {() => import("./webrtc_talk.js").TalkChannel | null} channel for talk over WebRTC; null: over HTTP */
  constructor(channel) {
    this.#channel = channel;
    this.#button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.#button.setPointerCapture(event.pointerId);
      this.press();
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) this.#button.addEventListener(end, () => this.release());
    this.#button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long touch
    this.#button.addEventListener("keydown", (event) => {
      if (![" ", "Enter"].includes(event.key)) return;
      event.preventDefault();
      if (!event.repeat) this.press();
    });
    this.#button.addEventListener("click", (event) => {
      if (event.detail > 0) return; // of the mouse or a finger, which hold it
      if (this.#press) this.release();
      else this.press();
    });
    document.addEventListener("keyup", (event) => [" ", "Enter", "t", "T"].includes(event.key) && this.release());
    // another window gets the keyup; a permission dialog takes the focus only briefly
    addEventListener("blur", () => setTimeout(() => document.hasFocus() || this.release(), AWAY_MS));
  }

  /** Show the button if this camera has a speaker and this account may use it. */
  async look() {
    if (element("player").dataset.rank === "guest") return;
    try {
      const answer = await fetch(cameraUrl("cgi/audio/talk.cgi"), { cache: "no-store" });
      this.#button.hidden = !answer.ok || (await answer.text()).startsWith("Request failed");
    } catch {
      // the stream reports that the camera does not answer
    }
  }

  /** Begin to talk, or show why that is not possible. */
  async press() {
    if (this.#button.hidden || this.#press) return;
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

  #explain() {
    const port = element("player").dataset.https;
    this.#say(`${INSECURE} ${port ? "Talk at " : "An administrator enables it in Settings, Network."}`);
    if (!port) return;
    const address = Object.assign(new URL(location.href), { protocol: "https:", port });
    address.username = address.password = "";
    this.#notice.append(Object.assign(document.createElement("a"), { href: address.href, textContent: address.host }));
  }

  #say(text) {
    this.#notice.textContent = text;
    this.#notice.hidden = !text;
  }
}
