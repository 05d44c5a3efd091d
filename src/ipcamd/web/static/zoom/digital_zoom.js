// Digital zoom: magnifies the picture in the page by wheel, two fingers, keys and buttons; dragging moves it. The camera
// itself does not zoom.

import { element } from "../shared/elements.js";

const MOST = 8;
const NOTCH = 1.2; // of the wheel, of a key, of a button
const PINCH_OF_TRACKPAD = 100; // wheel units that double the size: wheel events of touchpads are small
const STEP = 0.1; // fraction of the picture's width per arrow key
const MEANT = 4; // pixels; a shorter drag is a click
const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * @typedef {object} Place of the magnified picture
 * @property {number} scale 1 to 8
 * @property {number} x of its left edge, in widths of the frame around it: 0 to 1 - scale
 * @property {number} y of its upper edge, likewise
 */

export const WHOLE = { scale: 1, x: 0, y: 0 };

/** The place after magnification by `factor`; the point (x, y) of the frame, 0 to 1, keeps its content. @returns {Place} */
export function magnified(place, factor, x, y) {
  const scale = Math.min(MOST, Math.max(1, place.scale * factor));
  const grown = scale / place.scale;
  return within({ scale, x: x - (x - place.x) * grown, y: y - (y - place.y) * grown });
}

/** The place after a shift by parts of the frame. @returns {Place} */
export function shifted(place, dx, dy) {
  return within({ ...place, x: place.x + dx, y: place.y + dy });
}

function within({ scale, x, y }) {
  const [first, most] = [1 - scale, 0];
  return { scale, x: Math.min(most, Math.max(first, x)), y: Math.min(most, Math.max(first, y)) };
}

/** Whether a wheel event magnifies; if not, the page scrolls. */
export function magnifies({ deltaY, ctrlKey }, scale, scrolled) {
  if (!deltaY) return false;
  if (ctrlKey) return true;
  return deltaY < 0 ? scale > 1 || !scrolled : scale > 1;
}

const percent = (part) => `${(part * 100).toFixed(3)}%`;

/** The frame with the picture in it. */
export class DigitalZoom {
  #frame = element("stage");
  #scene = element("scene");
  #place = WHOLE;
  #drag = null; // {x, y, moved} of the mouse
  #touches = null; // {x, y, span} of the fingers
  #aims; // whether the pointer and the arrow keys control the camera

  /** @param {() => boolean} aims whether the camera's own controls use clicks and arrow keys now */
  constructor(aims) {
    this.#aims = aims;
    this.#frame.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.#frame.addEventListener("pointerdown", (event) => this.#grab(event));
    this.#frame.addEventListener("pointermove", (event) => this.#pull(event));
    for (const end of ["pointerup", "pointercancel"]) this.#frame.addEventListener(end, () => this.#letGo());
    this.#frame.addEventListener("click", (event) => this.#click(event), { capture: true });
    for (const kind of ["touchstart", "touchmove", "touchend", "touchcancel"]) {
      this.#frame.addEventListener(kind, (event) => this.#touch(event), { passive: false });
    }
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Magnify the middle. */
  zoomIn() {
    this.#show(magnified(this.#place, NOTCH ** 2, 0.5, 0.5));
  }

  /** Reduce the middle. */
  zoomOut() {
    this.#show(magnified(this.#place, NOTCH ** -2, 0.5, 0.5));
  }

  /** Show the whole picture. */
  reset() {
    this.#show(WHOLE);
  }

  #show(place) {
    this.#place = place;
    const { scale, x, y } = place;
    const isZoomed = scale > 1;
    this.#scene.style.transform = isZoomed ? `translate(${percent(x)}, ${percent(y)}) scale(${scale.toFixed(4)})` : "";
    this.#frame.classList.toggle("zoomed", isZoomed);
    element("zoom-scale").textContent = `${scale.toFixed(1)}×`;
    element("zoom-out").disabled = element("zoom-reset").disabled = !isZoomed;
    element("zoom-in").disabled = scale >= MOST;
  }

  /** A point of the window in parts of the frame. */
  #point({ clientX, clientY }) {
    const box = this.#frame.getBoundingClientRect();
    return [(clientX - box.x) / box.width, (clientY - box.y) / box.height];
  }

  #wheel(event) {
    if (event.defaultPrevented || !magnifies(event, this.#place.scale, scrollY > 0)) return; // it moves the camera's own zoom, or the page
    event.preventDefault();
    const isTrackpad = event.ctrlKey && Math.abs(event.deltaY) < PINCH_OF_TRACKPAD;
    const factor = isTrackpad ? 2 ** (-event.deltaY / PINCH_OF_TRACKPAD) : NOTCH ** -Math.sign(event.deltaY);
    this.#show(magnified(this.#place, factor, ...this.#point(event)));
  }

  #grab(event) {
    const isFree = this.#place.scale > 1 && event.pointerType === "mouse" && event.button === 0;
    if (!isFree || event.target.closest(".zone, .zoom, button")) return;
    this.#drag = { x: event.clientX, y: event.clientY, moved: false };
  }

  #pull(event) {
    const drag = this.#drag;
    if (!drag || (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < MEANT)) return;
    if (!drag.moved) this.#frame.setPointerCapture(event.pointerId);
    const box = this.#frame.getBoundingClientRect();
    this.#show(shifted(this.#place, (event.clientX - drag.x) / box.width, (event.clientY - drag.y) / box.height));
    this.#drag = { x: event.clientX, y: event.clientY, moved: true };
    this.#frame.classList.add("dragged");
  }

  #letGo() {
    if (this.#drag && !this.#drag.moved) this.#drag = null; // otherwise the following click would count as one
    this.#frame.classList.remove("dragged");
  }

  #click(event) {
    if (this.#drag?.moved) event.stopPropagation();
    this.#drag = null;
  }

  #touch(event) {
    const fingers = [...event.touches];
    const isOurs = fingers.length === 2 || (fingers.length === 1 && this.#place.scale > 1 && !event.target.closest(".zone, .zoom"));
    if (!isOurs) return (this.#touches = null);
    const points = fingers.map((finger) => this.#point(finger));
    const [x, y] = [0, 1].map((side) => points.reduce((sum, point) => sum + point[side], 0) / points.length);
    const span = points.length === 2 ? Math.hypot(fingers[0].clientX - fingers[1].clientX, fingers[0].clientY - fingers[1].clientY) : null;
    const last = this.#touches;
    this.#touches = { x, y, span };
    if (event.type !== "touchmove") return; // the set of fingers has changed; a tap remains a tap
    event.preventDefault();
    if (!last || Boolean(last.span) !== Boolean(span)) return;
    const place = shifted(this.#place, x - last.x, y - last.y);
    this.#show(span ? magnified(place, span / last.span, x, y) : place);
  }

  #key(event) {
    const arrow = ARROWS[event.key];
    if (!arrow || this.#place.scale === 1 || this.#aims() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, .zone")) return;
    event.preventDefault();
    this.#show(shifted(this.#place, arrow[0] * STEP, arrow[1] * STEP));
  }
}
