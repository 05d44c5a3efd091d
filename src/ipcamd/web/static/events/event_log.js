// Event log: one entry per event with its actions, filtered, page by page, and live.

import { cameraUrl, readJson } from "../shared/camera_request.js";
import { element, make, setText } from "../shared/elements.js";
import { byDay, describeLabel, describeLength, describeTimes, mergePages } from "./event_words.js";

const COUNT = 50; // events of one page
const MOST = 100; // that the camera gives at once

/** The list in `#days`, and the filter above it. */
export class EventLog {
  #events = [];
  #next = ""; // position of the next page; "" if there is none
  #today = "";
  #nodes = new Map(); // by the event's number: displayed content and element
  #loading = null;
  #isStale = false;

  constructor() {
    element("filter").addEventListener("input", () => this.#filter());
    element("filter").addEventListener("reset", () => setTimeout(() => this.#filter()));
    element("older").addEventListener("click", () => this.#older());
  }

  /** Read the newest events again, because new ones may exist. */
  async refresh() {
    this.#isStale = true;
    if (this.#loading) return this.#loading;
    this.#loading = this.#catchUp();
    await this.#loading;
    this.#loading = null;
    return undefined;
  }

  async #catchUp() {
    while (this.#isStale) {
      this.#isStale = false;
      const count = Math.min(MOST, Math.max(COUNT, this.#events.length));
      const answer = await this.#ask({ count });
      if (!answer || this.#isStale) continue;
      const events = mergePages(answer.events, this.#events);
      if (events.length === answer.events.length) this.#next = answer.next;
      this.#take(answer, events);
    }
  }

  async #older() {
    const answer = await this.#ask({ count: COUNT, before: this.#next });
    if (!answer) return;
    const known = new Set(this.#events.map((event) => event.id));
    this.#next = answer.next;
    this.#take(answer, [...this.#events, ...answer.events.filter((event) => !known.has(event.id))]);
  }

  #filter() {
    this.#events = [];
    this.refresh();
  }

  async #ask(values) {
    try {
      const read = await readJson("web/events", { ...this.#wanted, ...values });
      setText(element("log-trouble"), "");
      return read;
    } catch (error) {
      setText(element("log-trouble"), `The log cannot be loaded: ${error.message}`);
      return null;
    }
  }

  /** Values of the filter. */
  get #wanted() {
    return Object.fromEntries([...new FormData(element("filter"))].filter(([, value]) => value !== ""));
  }

  #take({ today, schedules, waiting }, events) {
    this.#events = events;
    this.#today = today;
    this.#offer(schedules);
    setText(element("log-waiting"), waiting ? `${waiting} entries are not saved yet, because the camera cannot write to its disk.` : "");
    this.#show();
  }

  #offer(schedules) {
    const select = element("filter").elements.schedule;
    const names = [...select.options].slice(1).map((option) => option.value);
    if (names.join("\n") === schedules.join("\n")) return;
    const chosen = select.value;
    select.replaceChildren(select.options[0], ...schedules.map((name) => new Option(name, name)));
    select.value = schedules.includes(chosen) ? chosen : "";
  }

  #show() {
    const nodes = new Map();
    const days = byDay(this.#events, this.#today).map(([title, events]) => {
      return make("section", "card", make("h3", "", title), ...events.map((event) => this.#node(event, nodes)));
    });
    const focused = document.activeElement;
    element("days").replaceChildren(...(days.length ? days : [this.#empty()]));
    if (focused?.isConnected) focused.focus({ preventScroll: true });
    this.#nodes = nodes;
    element("older").hidden = !this.#next;
  }

  /** The element of an event: the existing one, if nothing has changed. */
  #node(event, nodes) {
    const text = JSON.stringify(event);
    const known = this.#nodes.get(event.id);
    const node = known?.text === text ? known.node : buildEvent(event);
    nodes.set(event.id, { text, node });
    return node;
  }

  #empty() {
    if (Object.keys(this.#wanted).length) {
      const all = make("button", "button", "Show all events");
      all.addEventListener("click", () => element("filter").reset());
      return make("div", "card empty", make("strong", "", "No event matches"), make("p", "", "No event matches all filters above."), all);
    }
    const add = make("a", "button main", "Go to the schedules");
    add.href = "#schedules";
    const words = "Add a schedule: it defines the events (motion, an input, a time) and the actions of the camera.";
    return make("div", "card empty", make("strong", "", "No events yet"), make("p", "", words), add);
  }
}

function buildEvent(event) {
  const row = make("article", "event");
  row.dataset.event = event.id;
  const time = make("time", "", describeTimes(event));
  time.dateTime = event.started;
  const head = make("div", "event-head", make("h4", "", describeLabel(event.label)), time);
  if (event.ended === null) head.append(make("span", "going", "ongoing"));
  else if (event.seconds >= 1) head.append(make("span", "length", describeLength(event.seconds)));
  row.append(head, make("ul", "deeds", ...event.actions.map(buildAction)));
  if (event.clip) row.prepend(buildClip(event.clip));
  row.classList.toggle("with-clip", Boolean(event.clip));
  return row;
}

function buildAction({ at, by, schedule, done, failed, times }) {
  const line = make("li", failed ? "deed failed" : "deed");
  if (schedule) line.append(make("span", "schedule", schedule));
  const count = times > 1 ? ` (${times} times)` : "";
  const from = by ? `${by}: ` : "";
  const words = [done && `${from}${done}`, failed && `Failed: ${from}${failed}`].filter(Boolean).join("; ");
  line.append(make("span", "words", `${words}${count}`));
  line.title = at.slice(11, 19);
  return line;
}

function buildClip({ name, seconds }) {
  const link = make("a", "clip");
  link.href = `recordings#event/${name}`;
  const picture = new Image(160, 90);
  picture.loading = "lazy";
  picture.alt = `Clip ${name}, ${describeLength(seconds)}`;
  picture.src = cameraUrl("web/thumbnail", { dir: "event", fname: name });
  link.append(picture, make("span", "clip-length", describeLength(seconds)));
  return link;
}
