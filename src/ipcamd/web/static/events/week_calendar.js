// Week calendar: the days and hours of one schedule, changed by mouse, touch and keyboard.

import { make } from "../shared/elements.js";
import { DAY, DAYS, blocksOf, clock, describeHours } from "./week.js";
import { DRAG_STEP, draw, moveDay, removeDay, resize, shift } from "./week_drag.js";

const HOURS = [0, 6, 12, 18, 24];
const HELP = "Left and right move it; with Shift they move its end, with Control they move by a minute. Up and down change the day; Delete removes it.";

/** One row for each day. `changed(week)` is called while something is dragged. */
export class WeekCalendar {
  element = make("div", "week");
  #tracks;
  #week = null;
  #before = null; // the week at the start of a drag
  #drag = null;
  #changed;
  #used;

  /** @param {HTMLInputElement[]} switches of the days @param {(week: import("./week.js").Week) => void} changed @param {() => void} used called at the end of a drag, and after a key */
  constructor(switches, changed, used) {
    [this.#changed, this.#used] = [changed, used];
    const hours = make("div", "hours", ...HOURS.map((hour) => make("span", "", String(hour).padStart(2, "0"))));
    hours.setAttribute("aria-hidden", "true");
    this.#tracks = DAYS.map((_, day) => this.#buildTrack(day));
    this.element.append(hours, ...DAYS.map((name, day) => buildDay(name, switches[day], this.#tracks[day])));
    this.element.addEventListener("pointerdown", (event) => this.#grab(event));
    this.element.addEventListener("pointermove", (event) => this.#pull(event));
    this.element.addEventListener("pointerup", () => this.#drop());
    this.element.addEventListener("pointercancel", () => this.#cancel());
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {import("./week.js").Week} week */
  show(week) {
    this.#week = week;
    const focused = this.element.querySelector(".block:focus");
    const owner = focused && Number(focused.dataset.owner);
    const tail = focused?.dataset.tail;
    for (const track of this.#tracks) track.replaceChildren();
    for (const block of blocksOf(week)) this.#tracks[block.day].append(buildBlock(block, week));
    if (focused) this.#focus(owner, tail);
  }

  #focus(owner, tail = "false") {
    const blocks = [...this.element.querySelectorAll(".block")];
    const wanted = blocks.find(({ dataset }) => Number(dataset.owner) === owner && dataset.tail === tail) ?? blocks[0];
    wanted?.focus({ preventScroll: true });
  }

  #buildTrack(day) {
    const track = make("div", "day-track");
    track.dataset.day = String(day);
    return track;
  }

  // ---- mouse and touch ----

  #grab(event) {
    const track = event.target.closest(".day-track");
    if (event.button !== 0 || !track) return;
    const block = event.target.closest(".block");
    const day = Number(track.dataset.day);
    this.#before = this.#week;
    this.#drag = { at: this.#minute(event), day, owner: block ? Number(block.dataset.owner) : day, kind: block ? (event.target.dataset.edge ?? "move") : "draw", isTouch: event.pointerType === "touch" };
    if (block) this.#focus(this.#drag.owner, block.dataset.tail);
    event.preventDefault();
    this.element.setPointerCapture(event.pointerId);
  }

  #pull(event) {
    if (!this.#drag) return;
    const { at, day, kind, isTouch, owner } = this.#drag;
    const minute = this.#minute(event);
    if (kind === "draw") {
      if (Math.abs(minute - at) >= DRAG_STEP) this.#changed(draw(this.#before, day, at, minute));
    } else if (kind === "move") {
      const to = isTouch ? day : this.#dayUnder(event, day);
      const moved = shift(this.#before, minute - at);
      const target = (owner + to - day + 7) % 7;
      this.#changed(target === owner ? moved : moveDay(moved, owner, target));
    } else {
      this.#changed(resize(this.#before, kind, minute - at));
    }
  }

  #drop() {
    if (this.#drag?.kind === "draw" && this.#week === this.#before) this.#changed(draw(this.#before, this.#drag.day, 0, 0));
    if (this.#drag) this.#used();
    this.#drag = null;
  }

  #cancel() {
    if (this.#drag) this.#changed(this.#before);
    this.#drag = null;
  }

  #minute(event) {
    const { left, width } = this.#tracks[0].getBoundingClientRect();
    return Math.max(0, Math.min(DAY, ((event.clientX - left) / width) * DAY));
  }

  #dayUnder(event, otherwise) {
    const found = this.#tracks.findIndex((track) => {
      const { top, bottom } = track.getBoundingClientRect();
      return event.clientY >= top && event.clientY < bottom;
    });
    return found < 0 ? otherwise : found;
  }

  // ---- keyboard ----

  #key(event) {
    if (event.key === "Escape" && this.#drag) return this.#cancel();
    const block = event.target.closest(".block");
    if (!block || event.altKey || event.metaKey) return undefined;
    const owner = Number(block.dataset.owner);
    const next = this.#pressed(event, owner);
    if (!next) return undefined;
    event.preventDefault();
    this.#changed(next.week);
    this.#focus(next.owner, block.dataset.tail);
    this.#used();
    return undefined;
  }

  /** The week after a key, and the day whose block gets the focus; undefined for other keys. */
  #pressed({ key, shiftKey, ctrlKey }, owner) {
    const step = ctrlKey ? 1 : DRAG_STEP;
    const [along, across] = [{ ArrowLeft: -1, ArrowRight: 1 }[key], { ArrowUp: -1, ArrowDown: 1 }[key]];
    if (along) return { week: shiftKey ? resize(this.#week, "end", along * step, step) : shift(this.#week, along * step, step), owner };
    if (across) {
      const to = (owner + across + 7) % 7;
      return this.#week.days[to] ? { week: this.#week, owner: to } : { week: moveDay(this.#week, owner, to), owner: to };
    }
    if (key === "Delete" || key === "Backspace") return { week: removeDay(this.#week, owner), owner };
    return undefined;
  }
}

function buildDay(name, toggle, track) {
  toggle.setAttribute("aria-label", name);
  return make("div", "day", make("label", "day-name", toggle, make("span", "", name.slice(0, 3))), track);
}

function buildBlock({ day, owner, from, to, isTail }, week) {
  const block = make("div", isTail ? "block tail" : "block");
  Object.assign(block.dataset, { owner: String(owner), tail: String(isTail) });
  block.tabIndex = 0;
  block.setAttribute("role", "application");
  const rest = isTail ? `, the part on ${DAYS[day]}` : "";
  block.setAttribute("aria-label", `${DAYS[owner]}, ${describeHours(week)}${rest}. ${HELP}`);
  block.style.left = `${(from / DAY) * 100}%`;
  block.style.width = `${((to - from) / DAY) * 100}%`;
  const edges = [isTail ? [] : ["start"], from + week.length <= DAY || isTail ? ["end"] : []].flat();
  block.append(make("span", "hours-text", week.length === DAY ? "all day" : `${clock(from)} – ${clock((to - 1) % DAY)}`));
  block.append(...edges.map(buildEdge));
  return block;
}

function buildEdge(edge) {
  const handle = make("i", `edge ${edge}`);
  handle.dataset.edge = edge;
  return handle;
}
