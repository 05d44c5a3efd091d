// Timeline: a day's recordings and motion as blocks on a canvas; zoomed by wheel, pinch, buttons and keys.

import { address } from "./player.js";
import { clockWords, lengthWords } from "./time_words.js";
import { bars, following, keyStep, moved, positionOf, recordingAt, ticks, timeAt, zoomed } from "./time_scale.js";

const TAP = 6; // pixels within which a pointer's movement counts as a tap
const SOON_MS = 90; // milliseconds until the thumbnail under the pointer is requested
const RULER = 20; // pixels
const MOTION = 12; // pixels
const ZOOM = 2; // of a button or key

/** Calls `listener.picked(time)` to play, and `listener.ranged(range)` while a selected range is dragged. */
export class Timeline {
  #canvas = document.getElementById("track");
  #preview = document.getElementById("preview");
  #picture = document.getElementById("preview-picture");
  #listener;
  #day = null; // the camera's answer
  #view = null;
  #position = null; // playback time
  #range = null; // selected { from, to }
  #hover = null;
  #pointers = new Map(); // pressed pointers: id to { x, from }
  #dragged = null; // dragged end of the range, "from" or "to"
  #soon = null;
  #drawing = 0;

  constructor(listener) {
    this.#listener = listener;
    const on = (name, action) => this.#canvas.addEventListener(name, action);
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#up(event));
    on("pointercancel", (event) => this.#forget(event));
    on("pointerleave", () => this.#pointers.size || this.#point(null));
    on("keydown", (event) => this.#key(event));
    this.#canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.#picture.addEventListener("load", () => this.#picture.classList.remove("coming"));
    this.#picture.addEventListener("error", () => (this.#picture.hidden = true));
    new ResizeObserver(() => this.#draw()).observe(this.#canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  /** Show a day; the view of the same day is kept. */
  show(day) {
    const isSame = this.#day?.start === day.start && this.#day?.end === day.end;
    this.#day = { ...day, continuous: day.recordings.filter((one) => one.dir === "record"), events: day.recordings.filter((one) => one.dir === "event") };
    if (!isSame) [this.#view, this.#position, this.#range] = [{ from: day.start, to: day.end }, null, null];
    this.#tellPosition();
    this.#draw();
  }

  set position(time) {
    this.#position = time;
    if (time !== null && this.#view) this.#view = following(this.#view, this.#bounds, time);
    this.#tellPosition();
    this.#draw();
  }

  set range(range) {
    this.#range = range;
    this.#draw();
  }

  /** Visible range: { from, to }. */
  get view() {
    return this.#view;
  }

  zoom(factor, at = this.#middle()) {
    if (!this.#day) return;
    this.#view = zoomed(this.#view, this.#bounds, factor, at);
    this.#draw();
  }

  get #bounds() {
    return { from: this.#day.start, to: this.#day.end };
  }

  get #width() {
    return this.#canvas.clientWidth || 1;
  }

  #middle() {
    const { from, to } = this.#view ?? { from: 0, to: 0 };
    return this.#position !== null && this.#position >= from && this.#position <= to ? this.#position : (from + to) / 2;
  }

  #timeOf(event) {
    const x = event.clientX - this.#canvas.getBoundingClientRect().left;
    return Math.min(this.#bounds.to, Math.max(this.#bounds.from, timeAt(x, this.#view, this.#width)));
  }

  // ---- pointer: a mouse drags the view, one finger seeks, two fingers zoom and move

  #down(event) {
    if (!this.#day || event.button) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, { x: event.clientX, from: event.clientX });
    this.#dragged = this.#pointers.size === 1 ? this.#edgeAt(event) : null;
    if (event.pointerType !== "mouse") this.#point(this.#timeOf(event));
  }

  #move(event) {
    if (!this.#day) return;
    const pointer = this.#pointers.get(event.pointerId);
    if (!pointer) return this.#point(this.#timeOf(event));
    const before = [...this.#pointers.values()].map(({ x }) => x);
    const by = event.clientX - pointer.x;
    pointer.x = event.clientX;
    if (this.#pointers.size === 2) this.#pinch(before);
    else if (this.#dragged) this.#dragRange(this.#timeOf(event));
    else if (event.pointerType === "mouse") this.#pan(-by);
    this.#point(this.#pointers.size === 1 && !(event.pointerType === "mouse" && Math.abs(pointer.x - pointer.from) > TAP) ? this.#timeOf(event) : null);
  }

  #up(event) {
    const pointer = this.#pointers.get(event.pointerId);
    const isPick = pointer && this.#pointers.size === 1 && !this.#dragged && (event.pointerType !== "mouse" || Math.abs(pointer.x - pointer.from) <= TAP);
    const alone = isPick && !pointer.wasTwo;
    this.#forget(event);
    if (alone) this.#listener.picked(this.#timeOf(event));
    if (event.pointerType !== "mouse") this.#point(null);
  }

  #forget(event) {
    this.#pointers.delete(event.pointerId);
    for (const pointer of this.#pointers.values()) pointer.wasTwo = true; // the remaining finger selects nothing
    if (!this.#pointers.size) this.#dragged = null;
  }

  #pinch(before) {
    const now = [...this.#pointers.values()].map(({ x }) => x);
    const { left } = this.#canvas.getBoundingClientRect();
    const middle = ([one, other]) => (one + other) / 2 - left;
    const apart = ([one, other]) => Math.max(10, Math.abs(one - other));
    this.#pan(middle(before) - middle(now));
    this.zoom(apart(now) / apart(before), timeAt(middle(now), this.#view, this.#width));
  }

  #pan(pixels) {
    this.#view = moved(this.#view, this.#bounds, (pixels / this.#width) * (this.#view.to - this.#view.from));
    this.#draw();
  }

  #wheel(event) {
    if (!this.#day) return;
    event.preventDefault();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.#pan(event.deltaX || event.deltaY);
    else this.zoom(Math.exp(-event.deltaY * 0.002), this.#timeOf(event));
    this.#point(this.#timeOf(event));
  }

  #edgeAt(event) {
    if (!this.#range) return null;
    const x = event.clientX - this.#canvas.getBoundingClientRect().left;
    const reach = event.pointerType === "mouse" ? 8 : 22;
    return ["from", "to"].find((edge) => Math.abs(positionOf(this.#range[edge], this.#view, this.#width) - x) <= reach) ?? null;
  }

  #dragRange(time) {
    const other = this.#dragged === "from" ? "to" : "from";
    if ((time - this.#range[other]) * (this.#dragged === "from" ? 1 : -1) > 0) this.#dragged = other; // dragged past the other end
    const ends = [time, this.#range[this.#dragged === "from" ? "to" : "from"]].sort((one, two) => one - two);
    this.#range = { from: ends[0], to: ends[1] };
    this.#listener.ranged(this.#range);
    this.#draw();
  }

  // ---- keys: a slider whose value is the playback time

  #key(event) {
    if (!this.#day || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = event.shiftKey ? 1000 : keyStep(this.#view);
    const at = this.#position ?? this.#middle();
    const { from, to } = this.#bounds;
    const moves = { ArrowLeft: at - step, ArrowDown: at - step, ArrowRight: at + step, ArrowUp: at + step, Home: from, End: to - 1000 };
    if (event.key in moves) {
      const time = Math.min(to - 1000, Math.max(from, moves[event.key]));
      this.position = time;
      this.#listener.picked(time, true);
    } else if (event.key === "+" || event.key === "=") this.zoom(ZOOM);
    else if (event.key === "-") this.zoom(1 / ZOOM);
    else if (event.key === "0") this.zoom(0);
    else return;
    event.preventDefault();
  }

  #tellPosition() {
    if (!this.#day) return;
    const { start, end, offsets, recordings } = this.#day;
    const at = this.#position ?? start;
    const found = recordingAt(recordings, at);
    const kind = found ? (found.dir === "event" ? "event" : "continuous recording") : "no recording";
    const words = found?.end > found?.start ? `${kind}, ${lengthWords((at - found.start) / 1000)} of ${lengthWords((found.end - found.start) / 1000)}` : kind;
    this.#canvas.setAttribute("aria-valuemax", Math.round((end - start) / 1000));
    this.#canvas.setAttribute("aria-valuenow", Math.round((at - start) / 1000));
    this.#canvas.setAttribute("aria-valuetext", `${clockWords(at, offsets)}, ${words}`);
  }

  // ---- thumbnail under the pointer

  #point(time) {
    this.#hover = time;
    this.#preview.hidden = time === null;
    this.#draw();
    if (time === null) return clearTimeout(this.#soon);
    const half = this.#preview.offsetWidth / 2;
    const x = Math.min(this.#width - half, Math.max(half, positionOf(time, this.#view, this.#width)));
    this.#preview.style.left = `${x}px`;
    document.getElementById("preview-time").textContent = clockWords(time, this.#day.offsets);
    const found = recordingAt(this.#day.recordings, time);
    if (!found || found.name.endsWith(".jpg") || found.end <= found.start) return this.#showPicture(null);
    const least = this.#view.to - this.#view.from > 3_600_000 ? 10 : 1; // seconds: neighbours share a thumbnail
    const at = Math.floor((time - found.start) / 1000 / least) * least;
    return this.#showPicture(address("thumbnail", found, { at }));
  }

  #showPicture(source) {
    clearTimeout(this.#soon);
    this.#picture.hidden = !source;
    if (!source || this.#picture.src === source) return;
    this.#picture.classList.add("coming");
    this.#soon = setTimeout(() => (this.#picture.src = source), SOON_MS);
  }

  // ---- drawing

  #draw() {
    if (!this.#drawing) this.#drawing = requestAnimationFrame(() => this.#paint());
  }

  #paint() {
    this.#drawing = 0;
    const [width, height] = [this.#width, this.#canvas.clientHeight];
    const scale = devicePixelRatio;
    [this.#canvas.width, this.#canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
    if (!this.#day) return;
    const context = this.#canvas.getContext("2d");
    context.scale(scale, scale);
    const style = getComputedStyle(this.#canvas);
    const color = (name) => style.getPropertyValue(`--${name}`);
    const x = (time) => positionOf(time, this.#view, width);
    const fill = (paint, pieces, top, tall) => {
      context.fillStyle = paint;
      for (const { left, width: wide } of bars(pieces, this.#view, width)) context.fillRect(left, top, wide, tall);
    };
    const bottom = height - MOTION - 3;
    context.fillStyle = color("track");
    context.fillRect(0, RULER, width, bottom - RULER);
    fill(color("continuous"), this.#day.continuous.filter((one) => !one.writing), RULER, bottom - RULER);
    fill(color("accent"), this.#day.events, RULER + (bottom - RULER) / 2, (bottom - RULER) / 2);
    fill(color("writing"), this.#day.recordings.filter((one) => one.writing).map((one) => ({ ...one, end: Math.max(one.end, this.#day.now()) })), RULER, bottom - RULER);
    fill(color("motion"), this.#day.motion.map(([start, end]) => ({ start, end })), bottom + 3, MOTION - 3);
    this.#paintRuler(context, color, x, width, bottom);
    this.#paintRange(context, color, x, bottom);
    this.#paintLines(context, color, x, height);
  }

  #paintRuler(context, color, x, width, bottom) {
    const { step, times } = ticks(this.#view, width, this.#day.offsets);
    context.font = getComputedStyle(this.#canvas).font;
    context.textBaseline = "middle";
    for (const time of times) {
      context.fillStyle = color("line");
      context.fillRect(x(time), RULER, 1, bottom - RULER);
      const words = clockWords(time, this.#day.offsets, step < 60_000);
      const half = context.measureText(words).width / 2;
      context.fillStyle = color("quiet");
      context.fillText(words, Math.min(width - 2 * half, Math.max(0, x(time) - half)), RULER / 2);
    }
  }

  #paintRange(context, color, x, bottom) {
    if (!this.#range) return;
    const [left, right] = [x(this.#range.from), x(this.#range.to)];
    context.fillStyle = color("selected");
    context.fillRect(left, RULER, right - left, bottom - RULER);
    context.fillStyle = color("text");
    for (const edge of [left, right]) {
      context.fillRect(edge - 1, RULER - 2, 2, bottom - RULER + 4);
      context.beginPath();
      context.arc(edge, (RULER + bottom) / 2, 6, 0, 2 * Math.PI);
      context.fill();
    }
  }

  #paintLines(context, color, x, height) {
    const now = this.#day.now();
    if (now < this.#day.end) {
      context.fillStyle = color("writing");
      context.fillRect(x(now), RULER - 4, 2, height - RULER + 4);
    }
    if (this.#hover !== null) {
      context.fillStyle = color("quiet");
      context.fillRect(x(this.#hover), RULER, 1, height - RULER);
    }
    if (this.#position === null) return;
    const at = x(this.#position);
    context.fillStyle = color("text");
    context.fillRect(at - 1, RULER - 6, 2, height - RULER + 6);
    context.beginPath();
    context.moveTo(at - 6, RULER - 7);
    context.lineTo(at + 6, RULER - 7);
    context.lineTo(at, RULER + 1);
    context.fill();
  }
}
