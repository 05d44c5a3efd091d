// Hold: a short press is a step, a longer one a move that goes on until the press ends. A stick moves at once.

const LONG = 300; // milliseconds after which a press is no single step any more

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
    this.#timer = setTimeout(() => this.steer(aim), LONG);
    step();
  }

  /** @param {Record<string, string>|null} aim null: the stick is back in the middle */
  steer(aim) {
    if (!aim) return this.release();
    this.#moves = true;
    return this.#commands.sendNewest(aim.move ? { ...aim, continuous: "yes" } : aim);
  }

  /** The press has ended. */
  release() {
    if (this.#moves) this.#commands.sendNewest({ move: "stop" });
    this.forget();
  }

  /** The press has ended, and the camera has stopped by itself. */
  forget() {
    clearTimeout(this.#timer);
    this.#moves = false;
  }
}
