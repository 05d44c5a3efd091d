// Sparkline: graph of a figure's last minute, with its lowest and highest value as text.

const LENGTH_S = 60; // seconds
const WIDTH = 60;
const HEIGHT = 16;
const SVG = "http://www.w3.org/2000/svg";

/**
 * The points of the line, oldest first; the newest is at the right edge.
 *
 * @param {(number|null)[]} values one a second; null: unknown
 * @returns {string[]} one line for each run of known values
 */
export function lines(values) {
  const top = Math.max(...values.filter((value) => value !== null), 1e-9);
  const stretches = [[]];
  values.forEach((value, at) => {
    if (value === null) return stretches.push([]);
    const x = WIDTH - (values.length - 1 - at);
    return stretches.at(-1).push(`${x},${(HEIGHT - 1 - (value / top) * (HEIGHT - 2)).toFixed(1)}`);
  });
  return stretches.filter((stretch) => stretch.length > 1).map((stretch) => stretch.join(" "));
}

/** One figure's line. */
export class Sparkline {
  #values = [];
  #svg = document.createElementNS(SVG, "svg");
  #words;

  /** @param {HTMLElement} place the figure's group of a list of descriptions @param {(value: number) => string} words */
  constructor(place, words) {
    this.#words = words;
    this.#svg.setAttribute("class", "spark");
    this.#svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    this.#svg.setAttribute("role", "img");
    place.append(document.createElement("dd"));
    place.lastChild.append(this.#svg);
    this.#describe();
  }

  /** Add this second's value. @param {number|null} value null: unknown */
  add(value) {
    this.#values = [...this.#values, value].slice(-LENGTH_S);
    const drawn = lines(this.#values).map((points) => {
      const line = document.createElementNS(SVG, "polyline");
      line.setAttribute("points", points);
      return line;
    });
    this.#svg.replaceChildren(...drawn);
    this.#describe();
  }

  #describe() {
    const known = this.#values.filter((value) => value !== null);
    const [least, most] = [Math.min(...known), Math.max(...known)].map(this.#words);
    this.#svg.setAttribute("aria-label", known.length ? `Last minute: ${least} to ${most}` : "Last minute: unknown");
  }
}
