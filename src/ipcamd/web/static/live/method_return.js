// Return to a playback method: tries in the background whether the network passes it again.

const FIRST_MS = 3_000; // milliseconds before the first attempt; each pause is twice the last
const LONGEST_MS = 300_000;

/** Attempts with one method while another one plays. */
export class MethodReturn {
  #timer = null;
  #attempt = null;
  #method = null;
  #succeeded = null;
  #pause = FIRST_MS;

  /**
   * Try until a connection succeeds.
   *
   * @param {import("./playback_methods.js").PlaybackMethod} method
   * @param {() => void} succeeded called once; the connection is closed then
   */
  begin(method, succeeded) {
    this.cancel();
    [this.#method, this.#succeeded] = [method, succeeded];
    this.hurry();
  }

  /** Start with short pauses again, because the camera or the network may have changed. */
  hurry() {
    if (!this.#method || this.#attempt) return;
    this.#pause = FIRST_MS;
    this.#plan();
  }

  /** Try no longer. */
  cancel() {
    clearTimeout(this.#timer);
    this.#attempt?.stop();
    this.#attempt = this.#method = null;
  }

  #plan() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#try(), this.#pause);
    this.#pause = Math.min(2 * this.#pause, LONGEST_MS);
  }

  async #try() {
    const method = this.#method;
    const { Client } = await method.load();
    if (method !== this.#method || this.#attempt) return;
    const attempt = new Client(method.path, {
      connecting() {},
      frame() {},
      connected: () => this.#succeed(),
      waiting: () => this.#fail(attempt),
      refused: () => this.#fail(attempt),
      unplayable: () => this.#fail(attempt),
      unreachable: () => this.#fail(attempt),
    });
    this.#attempt = attempt;
    attempt.start();
  }

  #succeed() {
    const succeeded = this.#succeeded;
    this.cancel();
    succeeded();
  }

  #fail(attempt) {
    attempt.stop();
    if (this.#attempt !== attempt) return;
    this.#attempt = null;
    this.#plan();
  }
}
