// PTZ commands: requests to the camera, one after the other, so that a stop never overtakes its move.

import { cameraUrl, postToCamera } from "../shared/camera_url.js";

const PATH = "cgi/ptz/ptz.cgi";

/** Sends commands; `failed` is told in words what did not work. */
export class PtzCommands {
  #last = Promise.resolve();
  #failed;
  #zoom = null; // the newest that waits to be sent

  constructor(failed) {
    this.#failed = failed;
  }

  /** @param {Record<string, string|number>} command names and values */
  send(command) {
    this.#last = this.#last.then(() => this.#post(command));
    return this.#last;
  }

  /** Zoom to a value; of several that wait only the newest is sent. */
  zoomTo(zoom) {
    const waits = this.#zoom !== null;
    this.#zoom = zoom;
    if (waits) return;
    this.#last = this.#last.then(() => {
      const command = { zoom: this.#zoom.toFixed(3) };
      this.#zoom = null;
      return this.#post(command);
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
