// PTZ commands: requests to the camera, one after the other, so that a stop never overtakes its move.

import { sendCommand } from "../shared/camera_request.js";

const PATH = "cgi/ptz/ptz.cgi";

/** Sends commands; calls `failed` with the reason of a failure. */
export class PtzCommands {
  #last = Promise.resolve();
  #failed;
  #newest = null; // the waiting command, which a newer one may replace

  constructor(failed) {
    this.#failed = failed;
  }

  /** @param {Record<string, string|number>} command names and values @returns {Promise<boolean>} whether it succeeded */
  send(command) {
    this.#newest = null;
    this.#last = this.#last.then(() => this.#post(command));
    return this.#last;
  }

  /** Send a command; it replaces a waiting one. */
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
    const why = await sendCommand(PATH, command);
    if (why) this.#failed(why);
    return !why;
  }
}
