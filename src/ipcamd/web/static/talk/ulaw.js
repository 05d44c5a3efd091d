// u-law (ITU-T G.711), 8000 samples per second, from the samples of browsers.

const RATE = 8000;
const BIAS = 132;
const MOST = 32635;

/** @param {number} sample -1 to 1 @returns {number} 0 to 255 */
export function encode(sample) {
  const value = Math.round(sample * 32768);
  const magnitude = Math.min(Math.abs(value), MOST) + BIAS;
  const segment = 31 - Math.clz32(magnitude) - 7;
  return ~((value < 0 ? 128 : 0) | (segment << 4) | ((magnitude >> (segment + 3)) & 15)) & 0xff;
}

/** Resamples to 8000 samples per second by averaging. */
export class Decimator {
  #step;
  #due;
  #sum = 0;
  #count = 0;

  /** @param {number} rate samples per second of the input, 8000 at least */
  constructor(rate) {
    this.#due = this.#step = rate / RATE;
  }

  /** @param {Float32Array} samples @returns {Uint8Array} u-law */
  feed(samples) {
    const codes = [];
    for (const sample of samples) {
      this.#sum += sample;
      this.#count += 1;
      this.#due -= 1;
      if (this.#due >= 0.5) continue;
      codes.push(encode(this.#sum / this.#count));
      this.#sum = this.#count = 0;
      this.#due += this.#step;
    }
    return Uint8Array.from(codes);
  }
}
