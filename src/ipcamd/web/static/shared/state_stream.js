// State stream: the device's state and changed settings, while the page is visible.

import { pauseInBackground } from "./background_pause.js";
import { cameraUrl, pageName } from "./camera_request.js";

const AGAIN_MS = 5_000; // milliseconds to the next attempt after the camera refused

/** Server-sent events of the camera. Reconnects after an interruption, and pauses while the page is hidden. */
export class EventConnection {
  #path;
  #parameters;
  #handlers;
  #again;
  #source = null;
  #timer = null;
  #gap = false; // changes may have been missed
  #isOver = false;

  /** @param {string} path @param {Record<string, (data: any) => void>} handlers by the event's name @param {() => void} again
   * called when it is connected again after a gap */
  constructor(path, handlers, again = () => {}, parameters = {}) {
    [this.#path, this.#handlers, this.#again, this.#parameters] = [path, handlers, again, parameters];
    pauseInBackground(() => this.#rest(), () => this.#resume());
    this.#open();
  }

  /** End for good. */
  close() {
    this.#isOver = true;
    this.#rest();
  }

  #open() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = new EventSource(cameraUrl(this.#path, { page: pageName, ...this.#parameters }));
    for (const [name, handle] of Object.entries(this.#handlers)) this.#source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
    this.#source.addEventListener("open", () => {
      if (this.#gap) this.#again();
      this.#gap = false;
    });
    this.#source.addEventListener("error", () => {
      this.#gap = true;
      if (this.#source?.readyState === EventSource.CLOSED) this.#timer = setTimeout(() => this.#open(), AGAIN_MS);
    });
  }

  #resume() {
    if (!this.#isOver && (!this.#source || this.#source.readyState === EventSource.CLOSED)) this.#open();
  }

  #rest() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
    this.#gap = true;
  }
}

/** Calls `listener.again()` after a reconnection, `listener.state(parts)` with the changed parts of the state, and `listener.settings(group, values)` with new values. */
export class StateStream extends EventConnection {
  constructor(listener) {
    super("web/state", { state: (parts) => listener.state?.(parts), settings: ({ group, values }) => listener.settings?.(group, values) }, () => listener.again?.());
  }
}
