// Long press: a short press moves one step, a long one moves until it ends. A stick moves at once.

const LONG_MS = 300; // milliseconds from which a press counts as long

/** One press, or one stick, at a time. An aim is `{ move: "left" }` or `{ zoom: "in" }`. */
export class Hold {
  #commands;
  #timer = null;
  #moves = false;

  constructor(commands) {
    this.#commands = commands;
  }

  /** @param {Record<string, string>} aim @param {() => void} step is called at once */
  press(aim, step) {
    this.release();
    this.#timer = setTimeout(() => this.steer(aim), LONG_MS);
    step();
  }

  /** @param {Record<string, string>|null} aim null: the stick is centred */
  steer(aim) {
    if (!aim) return this.release();
    this.#moves = true;
    return this.#commands.sendNewest(aim.move ? { ...aim, continuous: "yes" } : aim);
  }

  /** End the press. */
  release() {
    if (this.#moves) this.#commands.sendNewest({ move: "stop" });
    this.forget();
  }

  /** End the press without a stop, because the camera has stopped by itself. */
  forget() {
    clearTimeout(this.#timer);
    this.#moves = false;
  }
}
