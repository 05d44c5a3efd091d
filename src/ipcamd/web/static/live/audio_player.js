// Audio player: u-law (ITU-T G.711), 8000 samples per second, from the same stream as the video.

const RATE = 8000;
const CUSHION_S = 0.12; // seconds of buffering against jitter
const MOST_S = 0.5; // seconds of buffer at most; beyond, frames are dropped so that sound does not lag behind the video

const SAMPLES = Float32Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return (bits & 128 ? -magnitude : magnitude) / 32768;
});

/** @param {Uint8Array} codes u-law @returns {Float32Array} samples, -1 to 1 */
export function decode(codes) {
  return Float32Array.from(codes, (code) => SAMPLES[code]);
}

/** Plays audio frames in sequence while it is switched on. */
export class AudioPlayer {
  #context = null;
  #next = 0; // playing time of the next frame, on the context's clock

  get on() {
    return this.#context !== null;
  }

  /** Start playing. Browsers allow this only in response to a user gesture. */
  switchOn() {
    this.#context ??= new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
    this.#next = 0;
  }

  switchOff() {
    this.#context?.close();
    this.#context = null;
  }

  /** @param {import("../stream/payload_header.js").Frame} frame */
  play(frame) {
    const context = this.#context;
    if (!context || !frame.data.length) return;
    const now = context.currentTime;
    if (this.#next < now) this.#next = now + CUSHION_S;
    if (this.#next > now + MOST_S) return;
    const buffer = context.createBuffer(1, frame.data.length, RATE);
    buffer.copyToChannel(decode(frame.data), 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.start(this.#next);
    this.#next += buffer.duration;
  }
}
