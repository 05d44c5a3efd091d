// State stream: the device's state and changed settings, while the page is seen.

import { cameraUrl } from "./camera_url.js";

const PATH = "web/state";
const AGAIN = 5_000; // milliseconds to the next attempt after the camera refused
const UNSEEN = 15_000; // milliseconds in the background before the connection is closed

/** Calls `told.again()` when it is connected again after a gap, `told.state(parts)` with the parts of the state that changed, `told.settings(group, values)` with new values. */
export class StateStream {
  #told;
  #source = null;
  #timer = null;
  #gap = false; // something may have been missed

  constructor(told) {
    this.#told = told;
    document.addEventListener("visibilitychange", () => this.#follow());
    this.#open();
  }

  #open() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = new EventSource(cameraUrl(PATH));
    this.#source.addEventListener("state", (event) => this.#told.state(JSON.parse(event.data)));
    this.#source.addEventListener("settings", (event) => {
      const { group, values } = JSON.parse(event.data);
      this.#told.settings(group, values);
    });
    this.#source.addEventListener("open", () => {
      if (this.#gap) this.#told.again?.();
      this.#gap = false;
    });
    this.#source.addEventListener("error", () => {
      this.#gap = true;
      if (this.#source?.readyState === EventSource.CLOSED) this.#timer = setTimeout(() => this.#open(), AGAIN);
    });
  }

  #follow() {
    clearTimeout(this.#timer);
    if (document.hidden) this.#timer = setTimeout(() => this.#close(), UNSEEN);
    else if (!this.#source || this.#source.readyState === EventSource.CLOSED) this.#open();
  }

  #close() {
    this.#source?.close();
    this.#source = null;
    this.#gap = true;
  }
}
