// Window overlay: motion windows over the picture, moved and resized by mouse, touch or keyboard.

import { make } from "../shared/elements.js";
import { HEIGHT, WIDTH, areas, between, borders, isEmpty, layers, moved, resized } from "./windows.js";

const EDGES = ["n", "e", "s", "w", "nw", "ne", "se", "sw"];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 8; // pixels of 640x480 that an arrow key moves; one with Ctrl

/**
 * @typedef {object} Listener
 * @property {(number: number) => void} selected
 * @property {(number: number, area: import("./windows.js").Area) => void} changed
 */

/** The layer over the picture. */
export class WindowOverlay {
  #layer;
  #listener;
  #zones = [];
  #selected = 0;
  #parts = []; // of each window: its rectangle, its chip, its cells
  #drag = null;

  /** @param {HTMLElement} layer @param {Listener} listener */
  constructor(layer, listener) {
    this.#layer = layer;
    this.#listener = listener;
    layer.addEventListener("pointerdown", (event) => this.#grab(event));
    layer.addEventListener("pointermove", (event) => this.#pull(event));
    layer.addEventListener("pointerup", () => (this.#drag = null));
    layer.addEventListener("pointercancel", () => (this.#drag = null));
  }

  /** Cover this part of the page. @param {{left: number, top: number, width: number, height: number}} box */
  place(box) {
    for (const side of ["left", "top", "width", "height"]) this.#layer.style[side] = `${box[side]}px`;
  }

  /** @param {import("./windows.js").Zone[]} zones @param {number} selected */
  show(zones, selected) {
    while (this.#parts.length < zones.length) this.#parts.push(this.#build(this.#parts.length));
    this.#zones = zones;
    this.#selected = selected;
    zones.forEach((zone, number) => this.#draw(zone, number));
    layers(zones, selected).forEach((layer, number) => (this.#parts[number].frame.style.zIndex = String(layer)));
    this.#layer.classList.toggle("draws", this.#draws);
  }

  /** @param {number[]} levels 0 to 1 @param {boolean[]} alarms */
  levels(levels, alarms) {
    this.#parts.forEach(({ frame, chip }, number) => {
      chip.style.setProperty("--level", String(levels[number]));
      frame.classList.toggle("alarms", alarms[number]);
      chip.classList.toggle("alarms", alarms[number]);
    });
  }

  #build(number) {
    const frame = makeNumbered("zone", number, ...EDGES.map(makeHandle));
    frame.tabIndex = 0;
    frame.setAttribute("role", "application");
    frame.addEventListener("keydown", (event) => this.#key(event, number));
    frame.addEventListener("focus", () => this.#listener.selected(number));
    const chip = makeNumbered("chip", number, make("b"), make("i", "level"));
    this.#layer.append(frame, chip);
    return { frame, chip, cells: [] };
  }

  #draw(zone, number) {
    const parts = this.#parts[number];
    const [first] = areas(zone);
    parts.cells.forEach((cell) => cell.remove());
    parts.cells = (zone.enabled ? areas({ ...zone, right: zone.left }) : []).map((area) => {
      const cell = makeNumbered("cell", number);
      put(cell, area);
      return cell;
    });
    this.#layer.prepend(...parts.cells);
    parts.frame.hidden = !zone.enabled || isEmpty(zone);
    parts.chip.hidden = !zone.enabled || !first;
    parts.frame.classList.toggle("selected", number === this.#selected);
    parts.frame.dataset.at = borders(zone).join(" ");
    parts.frame.setAttribute("aria-label", described(zone, number));
    put(parts.frame, zone);
    if (first) put(parts.chip, { ...first, right: first.left, bottom: first.top });
    parts.chip.firstChild.textContent = zone.name || `Window ${number + 1}`;
  }

  get #draws() {
    const zone = this.#zones[this.#selected];
    return Boolean(zone?.enabled && isEmpty(zone));
  }

  #grab(event) {
    if (event.button !== 0) return;
    const frame = event.target.closest(".zone");
    const [x, y] = this.#point(event);
    if (frame) {
      const number = Number(frame.dataset.number);
      this.#drag = { number, x, y, edges: event.target.dataset.edges ?? "", area: { ...this.#zones[number] } };
      frame.focus({ preventScroll: true });
    } else if (this.#draws) {
      this.#drag = { number: this.#selected, x, y, area: null };
    }
    if (!this.#drag) return;
    event.preventDefault();
    this.#layer.setPointerCapture(event.pointerId);
  }

  #pull(event) {
    if (!this.#drag) return;
    const { number, x, y, edges, area } = this.#drag;
    const [toX, toY] = this.#point(event);
    if (!area) {
      const drawn = between(x, y, toX, toY);
      if (drawn) this.#listener.changed(number, drawn);
    } else if (edges) {
      this.#listener.changed(number, resized(area, edges, toX - x, toY - y));
    } else {
      this.#listener.changed(number, moved(area, toX - x, toY - y));
    }
  }

  #key(event, number) {
    const arrow = ARROWS[event.key];
    if (!arrow || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const [dx, dy] = arrow.map((way) => way * (event.ctrlKey ? 1 : STEP));
    const zone = this.#zones[number];
    this.#listener.changed(number, event.shiftKey ? resized(zone, "se", dx, dy) : moved(zone, dx, dy));
  }

  #point(event) {
    const box = this.#layer.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * WIDTH, ((event.clientY - box.top) / box.height) * HEIGHT];
  }
}

function makeNumbered(className, number, ...children) {
  const node = make("div", className, ...children);
  node.dataset.number = String(number);
  return node;
}

function makeHandle(edges) {
  const handle = make("i", `handle ${edges}`);
  handle.dataset.edges = edges;
  return handle;
}

function put(node, { left, top, right, bottom }) {
  node.style.left = `${(left / WIDTH) * 100}%`;
  node.style.top = `${(top / HEIGHT) * 100}%`;
  node.style.width = `${((right - left) / WIDTH) * 100}%`;
  node.style.height = `${((bottom - top) / HEIGHT) * 100}%`;
}

function described({ name, left, top, right, bottom }, number) {
  const [x, width] = [left, right - left].map((value) => Math.round((value / WIDTH) * 100));
  const [y, height] = [top, bottom - top].map((value) => Math.round((value / HEIGHT) * 100));
  const place = `${width} by ${height} per cent of the picture, ${x} from the left, ${y} from the top`;
  return `${name || `Window ${number + 1}`}: ${place}. Arrow keys move it; with Shift they resize it.`;
}
