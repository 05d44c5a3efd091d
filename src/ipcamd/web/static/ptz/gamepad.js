// Gamepad: the sticks and buttons of all gamepads as aims, in the standard layout of the Gamepad API.

const FREE = 0.35; // dead zone of a stick
const PRESSED = 0.3; // travel of a trigger at which it counts as pressed
const PAD = { up: 12, down: 13, left: 14, right: 15 };
const [HOME, STOP, ZOOM_OUT, ZOOM_IN] = [0, 1, 6, 7];

/** Calls `listener.aim(aim)` with the direction of a stick (null: centred), and `listener.home()` and `listener.stop()` for their buttons. */
export class GamepadReader {
  #listener;
  #frame = null;
  #aim = "null";
  #buttons = { home: false, stop: false };

  constructor(listener) {
    this.#listener = listener;
    addEventListener("gamepadconnected", () => this.#connect());
    addEventListener("gamepaddisconnected", () => this.#connect());
    this.#connect();
  }

  #connect() {
    const pads = gamepads();
    this.#listener.connected(pads.length > 0);
    if (pads.length && this.#frame === null) this.#frame = requestAnimationFrame(() => this.#read());
  }

  #read() {
    const pads = gamepads();
    const aim = pads.map(aimOf).find(Boolean) ?? null;
    if (JSON.stringify(aim) !== this.#aim) {
      this.#aim = JSON.stringify(aim);
      this.#listener.aim(aim);
    }
    for (const [name, number] of [["home", HOME], ["stop", STOP]]) {
      const pressed = pads.some((pad) => pad.buttons[number]?.pressed);
      if (pressed && !this.#buttons[name]) this.#listener[name]();
      this.#buttons[name] = pressed;
    }
    this.#frame = pads.length ? requestAnimationFrame(() => this.#read()) : null;
  }
}

function gamepads() {
  return [...(navigator.getGamepads?.() ?? [])].filter((pad) => pad?.connected);
}

/** @param {Gamepad} pad @returns {{move: string}|{zoom: string}|null} */
export function aimOf(pad) {
  const held = (number) => (pad.buttons[number]?.value ?? 0) > PRESSED;
  const axis = (number) => pad.axes[number] ?? 0;
  const up = way(-axis(1)) || Number(held(PAD.up)) - Number(held(PAD.down));
  const right = way(axis(0)) || Number(held(PAD.right)) - Number(held(PAD.left));
  const move = ["down", "", "up"][up + 1] + ["left", "", "right"][right + 1];
  if (move) return { move };
  const zoom = way(-axis(3)) || Number(held(ZOOM_IN)) - Number(held(ZOOM_OUT));
  return zoom ? { zoom: zoom > 0 ? "in" : "out" } : null;
}

/** @param {number} value -1 to 1 */
function way(value) {
  return Math.abs(value) > FREE ? Math.sign(value) : 0;
}
