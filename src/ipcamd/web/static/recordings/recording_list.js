// Recording list: thumbnails of a day's recordings, by hour, newest first.

import { make } from "../shared/elements.js";
import { sizeWords } from "../size/size_words.js";
import { address } from "./player.js";
import { clockWords, counted, lengthWords } from "./time_words.js";

const FEW = 24; // most recordings without hour titles

/** Newest first: [["14:00", recordings of that hour], ...]; a short list has no titles. */
export function byHour(recordings, offsets) {
  const newestFirst = [...recordings].reverse();
  if (recordings.length <= FEW) return [["", newestFirst]];
  const hours = new Map();
  for (const one of newestFirst) {
    const hour = `${clockWords(one.start, offsets).slice(0, 2)}:00`;
    hours.set(hour, [...(hours.get(hour) ?? []), one]);
  }
  return [...hours];
}

export class RecordingList {
  #nodes = new NodeCache();
  #picked;
  #shown = "";

  /** Calls `picked(recording)` when one is selected. */
  constructor(picked) {
    this.#picked = picked;
  }

  show(recordings, offsets) {
    document.getElementById("sum").textContent = counted(recordings.length, "recording");
    if (!recordings.length) return this.empty("No such recordings on this day", "Select another day or kind.");
    const groups = byHour(recordings, offsets).flatMap(([hour, ofHour]) => [
      make("h3", "hour", hour),
      make("div", "recordings", ...ofHour.map((one) => this.#nodes.keep(`${one.dir}/${one.name}`, one, () => this.#recording(one, offsets)))),
    ]);
    this.#nodes.replace(document.getElementById("list"), groups);
    this.mark(this.#shown);
    return undefined;
  }

  /** Mark the one of this key ("dir/name") as shown. */
  mark(key) {
    this.#shown = key;
    for (const button of document.querySelectorAll(".recording")) {
      if (button.dataset.key === key) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  empty(title, words) {
    document.getElementById("list").replaceChildren(make("div", "card empty", make("strong", "", title), words));
  }

  #recording(one, offsets) {
    const picture = make("span", "recording-picture");
    if (one.writing) picture.append(make("span", "recording-now", "Recording now"));
    else picture.append(thumbnail(one, picture));
    if (one.end > one.start) picture.append(make("span", "recording-length", lengthWords((one.end - one.start) / 1000)));
    if (one.dir === "event") picture.append(make("span", "recording-kind", "Event"));
    const words = make("span", "recording-words", make("b", "", clockWords(one.start, offsets)), make("span", "", sizeWords(one.size)));
    const button = make("button", "recording", picture, words);
    button.disabled = one.writing;
    button.dataset.key = `${one.dir}/${one.name}`;
    button.addEventListener("click", () => this.#picked(one));
    return button;
  }
}

/** Cache of DOM nodes: a node stays while its content is the same, so that no picture flickers and the focus stays. */
class NodeCache {
  #kept = new Map();
  #next = new Map();
  #focused = null;

  /** Return the node of a key; it is rebuilt if its content has changed. */
  keep(key, shown, build) {
    const text = JSON.stringify(shown);
    const known = this.#kept.get(key);
    const entry = known?.text === text ? known : { text, node: build() };
    // moving the node removes the focus
    if (known && known.node === document.activeElement) this.#focused = entry.node;
    this.#next.set(key, entry);
    return entry.node;
  }

  /** Put these into `place`, and drop nodes that are no longer used. */
  replace(place, nodes) {
    place.replaceChildren(...nodes);
    this.#focused?.focus({ preventScroll: true });
    [this.#kept, this.#next, this.#focused] = [this.#next, new Map(), null];
  }
}

function thumbnail(one, place) {
  const image = make("img", "coming");
  image.loading = "lazy";
  image.alt = "";
  image.addEventListener("error", () => {
    image.remove();
    place.prepend(make("span", "recording-none", "No preview"));
  });
  image.addEventListener("load", () => image.classList.remove("coming"));
  image.src = address("thumbnail", one);
  return image;
}
