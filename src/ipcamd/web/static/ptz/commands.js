// PTZ commands: requests to the camera, one after the other, so that a stop never overtakes its move.

import { cameraUrl, postToCamera } from "../shared/camera_url.js";

const PATH = "cgi/ptz/ptz.cgi";

/** Sends commands; `failed` is told in words what did not work. */
export class PtzCommands {
  #last = Promise.resolve();
  #failed;
  #newest = null; // the last one that waits, while a newer one may take its place

  constructor(failed) {
    this.#failed = failed;
  }

  /** @param {Record<string, string|number>} command names and values @returns {Promise<boolean>} whether it was done */
  send(command) {
    this.#newest = null;
    this.#last = this.#last.then(() => this.#post(command));
    return this.#last;
  }

  /** Send a command that replaces the one before it, if that still waits. */
  sendNewest(command) {
    if (this.#newest) {
      this.#newest.command = command;
      return;
    }
    const newest = (this.#newest = { command });
    this.#last = this.#last.then(() => {
      if (this.#newest === newest) this.#newest = null;
      return this.#post(newest.command);
    });
  }

  async #post(command) {
    try {
      const answer = await postToCamera(cameraUrl(PATH), new URLSearchParams(command));
      if (answer.status === 204) return true;
      const words = (await answer.text()).replace(/^Request failed: /, "").trim();
      this.#failed(answer.ok ? words : words || `the camera answered ${answer.status}`);
    } catch {
      this.#failed("the camera does not answer");
    }
    return false;
  }
}
