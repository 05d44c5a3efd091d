// The camera's sound: u-law (ITU-T G.711), 8000 samples a second, in the same stream as the picture.

const RATE = 8000;
const CUSHION = 0.12; // seconds that sound waits, so that one that comes late leaves no gap
const MOST = 0.5; // seconds that may wait; what comes on top is left out, or sound would lag behind the picture

const SAMPLES = Float32Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return (bits & 128 ? -magnitude : magnitude) / 32768;
});

/** @param {Uint8Array} codes u-law @returns {Float32Array} samples, -1 to 1 */
export function decode(codes) {
  return Float32Array.from(codes, (code) => SAMPLES[code]);
}

/** Plays frames of sound one behind the other, while it is switched on. */
export class AudioPlayer {
  #context = null;
  #next = 0; // when the next frame is to be played, on the context's clock

  get on() {
    return this.#context !== null;
  }

  /** Browsers allow this only as the answer to a person's click. */
  switchOn() {
    this.#context ??= new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
    this.#next = 0;
  }

  switchOff() {
    this.#context?.close();
    this.#context = null;
  }

  /** @param {import("./payload.js").Frame} frame */
  play(frame) {
    const context = this.#context;
    if (!context || !frame.data.length) return;
    const now = context.currentTime;
    if (this.#next < now) this.#next = now + CUSHION;
    if (this.#next > now + MOST) return;
    const buffer = context.createBuffer(1, frame.data.length, RATE);
    buffer.copyToChannel(decode(frame.data), 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.start(this.#next);
    this.#next += buffer.duration;
  }
}
