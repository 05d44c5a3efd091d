// Segment player: plays a recording that the camera transcodes segment by segment, by Media Source Extensions.

const AHEAD_S = 20; // seconds to buffer ahead
const BEHIND_S = 30; // seconds to keep for seeking back when the buffer is full
const SEAM_S = 0.05; // seconds
const AGAIN_MS = 2000; // milliseconds before a failed segment is requested again

export const UNPLAYABLE = "This browser cannot play the recording. You can download it.";

const Source = globalThis.ManagedMediaSource ?? globalThis.MediaSource; // iPhones have the former only

/** Number of the first segment from second `at` on outside `ranges` ([[start, end], ...]); null if none is missing. */
export function missing({ length, segment }, ranges, at) {
  const holds = (number) => {
    const start = number * segment + SEAM_S;
    const end = Math.min((number + 1) * segment, length) - SEAM_S;
    return ranges.some(([from, to]) => from <= start && to >= end);
  };
  const last = Math.ceil(length / segment) - 1;
  for (let number = Math.min(Math.floor(at / segment), last); number <= last && number * segment < at + AHEAD_S; number += 1) {
    if (!holds(number)) return number;
  }
  return null;
}

/** Response for an address. Throws an error with a message for the user. */
export async function fetched(address, signal) {
  const answer = await fetch(address, { signal }).catch((error) => {
    throw error.name === "AbortError" ? error : new Error("The camera does not answer.");
  });
  if (answer.ok) return answer;
  throw new Error(answer.status === 404 ? "The recording no longer exists." : UNPLAYABLE);
}

export class SegmentPlayer {
  #video;
  #address;
  #recording;
  #failed;
  #source;
  #buffer = null;
  #fetching = null; // { number, stop }; a failed one stays until its retry
  #put = null; // number of the last added segment
  #ended = new AbortController();

  /** Play `recording` ({ length, segment, type } from the camera), segment N of which is at `address(N)`, from second `at` on. */
  constructor(video, recording, { address, at, failed }) {
    [this.#video, this.#recording, this.#address, this.#failed] = [video, recording, address, failed];
    if (!Source?.isTypeSupported(recording.type)) throw new Error(UNPLAYABLE);
    this.#source = new Source();
    this.#source.addEventListener("sourceopen", () => this.#open(at), { once: true });
    video.disableRemotePlayback = true; // required by ManagedMediaSource
    video.src = URL.createObjectURL(this.#source);
  }

  /** Stop fetching; the video element belongs to the caller. */
  close() {
    this.#ended.abort();
    this.#fetching?.stop.abort();
    URL.revokeObjectURL(this.#video.src);
  }

  #open(at) {
    const { signal } = this.#ended;
    if (signal.aborted) return;
    this.#buffer = this.#source.addSourceBuffer(this.#recording.type);
    this.#source.duration = this.#recording.length;
    this.#video.currentTime = Math.min(at, this.#recording.length);
    this.#buffer.addEventListener("updateend", () => this.#fill(), { signal });
    this.#video.addEventListener("timeupdate", () => this.#fill(), { signal });
    this.#video.addEventListener("seeking", () => this.#seek(), { signal });
    this.#fill();
  }

  #seek() {
    this.#put = null;
    this.#fill();
  }

  #fill() {
    if (this.#ended.signal.aborted || this.#buffer.updating || this.#video.error) return;
    const { buffered } = this.#buffer;
    const ranges = Array.from({ length: buffered.length }, (_, n) => [buffered.start(n), buffered.end(n)]);
    const number = missing(this.#recording, ranges, this.#video.currentTime);
    if (number !== null && number === this.#fetching?.number) return;
    this.#fetching?.stop.abort();
    this.#fetching = null;
    if (number !== null && number === this.#put) this.#failed(new Error(UNPLAYABLE)); // it is not a valid segment
    else if (number !== null) this.#fetch(number);
    else if (this.#source.readyState === "open" && missing(this.#recording, ranges, this.#recording.length) === null) this.#source.endOfStream();
  }

  async #fetch(number) {
    const fetching = { number, stop: new AbortController() };
    this.#fetching = fetching;
    try {
      const answer = await fetched(this.#address(number), fetching.stop.signal);
      const data = await answer.arrayBuffer();
      if (this.#fetching === fetching) this.#append(number, data);
    } catch (error) {
      if (this.#fetching !== fetching || this.#ended.signal.aborted) return;
      if (this.#video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) this.#failed(error);
      setTimeout(() => this.#again(fetching), AGAIN_MS);
    }
  }

  #again(fetching) {
    if (this.#fetching === fetching) this.#fetching = null;
    this.#fill();
  }

  #append(number, data) {
    this.#fetching = null;
    this.#buffer.timestampOffset = number * this.#recording.segment;
    try {
      this.#buffer.appendBuffer(data);
      this.#put = number;
    } catch (error) {
      if (error.name !== "QuotaExceededError") throw error;
      const old = this.#video.currentTime - BEHIND_S;
      if (this.#buffer.buffered.length && this.#buffer.buffered.start(0) < old) this.#buffer.remove(0, old);
      // the segment is fetched again, from the browser's cache, when the buffer has space
    }
  }
}
