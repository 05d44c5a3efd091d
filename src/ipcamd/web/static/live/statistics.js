// Stream statistics: frame rate, bit rate, delay and loss. All times are milliseconds.

const WINDOW = 2000;

/** Counts one connection's frames. */
export class StreamStatistics {
  #arrivals = []; // [time, bytes, isPicture], of the last WINDOW
  #delays = []; // [time, delay], likewise
  #expected = null; // the next picture's counter
  #first = null;

  /** Lost pictures since the start of the connection. */
  lost = 0;

  /** @param {import("../stream/payload_header.js").Frame} frame @param {number} time when it arrived */
  arrived(frame, time) {
    this.#first ??= time;
    this.#arrivals.push([time, frame.bytes, frame.kind !== "audio"]);
    forget(this.#arrivals, time);
    if (frame.kind === "audio" && !frame.interleaved) return;
    if (this.#expected !== null) {
      const gap = (frame.counter - this.#expected) >>> 0;
      if (gap < 2 ** 31) this.lost += gap; // more: the camera has restarted its counter
    }
    this.#expected = (frame.counter + 1) >>> 0;
  }

  /** @param {number} bytes of pictures that are counted when they are drawn @param {number} time when they arrived */
  received(bytes, time) {
    this.#arrivals.push([time, bytes, false]);
    forget(this.#arrivals, time);
  }

  /** @param {number} delay from capture to the screen @param {number} time when it was drawn */
  drawn(delay, time) {
    this.#delays.push([time, delay]);
    forget(this.#delays, time);
  }

  /** Discard the delays, because the clock was set. */
  restartDelays() {
    this.#delays = [];
  }

  /**
   * @param {number} time now
   * @returns {{rate: number|null, bits: number|null, delay: number|null, lost: number}} pictures a second, bits a second,
   *   milliseconds (median); null while there is too little to tell
   */
  read(time) {
    forget(this.#arrivals, time);
    forget(this.#delays, time);
    const span = Math.min(WINDOW, time - (this.#first ?? time)) / 1000;
    const known = span >= 0.5;
    const pictures = this.#arrivals.filter(([, , isPicture]) => isPicture).length;
    const bytes = this.#arrivals.reduce((sum, [, size]) => sum + size, 0);
    const delays = this.#delays.map(([, delay]) => delay).sort((a, b) => a - b);
    return {
      rate: known ? pictures / span : null,
      bits: known ? (8 * bytes) / span : null,
      delay: delays.length ? delays[delays.length >> 1] : null,
      lost: this.lost,
    };
  }
}

function forget(entries, time) {
  const old = entries.findIndex(([when]) => when > time - WINDOW);
  entries.splice(0, old < 0 ? entries.length : old);
}
