// Recorder: saves the camera's MP4 stream in a file, starting with a key frame, until it is stopped. It has a connection of
// its own, so that pausing the picture does not affect it.

import { getFromCamera } from "../shared/camera_request.js";
import { saveFile } from "./file_download.js";
import { Mp4Reader, findBox } from "../mp4/mp4_reader.js";

const PATH = "cgi/mp4/live.cgi";
const BLOB = 4 * 1024 * 1024; // bytes per blob: the browser may store blobs on disk
const MOST_IN_MEMORY = 500_000_000; // bytes
const MOST_ON_DISK = 8_000_000_000;

/**
 * A fragment whose time counts from `origin`, without the boxes before it.
 *
 * @param {import("../mp4/mp4_reader.js").Fragment} frame
 * @param {number} origin seconds
 */
export function rebased({ data, timescale, time }, origin) {
  const moved = data.slice(findBox(data, "moof").start - 8);
  const at = findBox(moved, "moof/traf/tfdt").start + 4;
  new DataView(moved.buffer).setBigUint64(at, BigInt(Math.round((time - origin) * timescale)));
  return moved;
}

/** A file in the browser's memory, saved at the end. */
class MemoryFile {
  most = MOST_IN_MEMORY;
  #name;
  #blobs = [];
  #pieces = [];
  #size = 0;

  constructor(name) {
    this.#name = name;
  }

  async write(data) {
    this.#pieces.push(data);
    this.#size += data.length;
    if (this.#size >= BLOB) this.#pack();
  }

  async close() {
    this.#pack();
    saveFile(new Blob(this.#blobs, { type: "video/mp4" }), this.#name);
  }

  #pack() {
    this.#blobs.push(new Blob(this.#pieces));
    this.#pieces = [];
    this.#size = 0;
  }
}

/** Destination of the recording: a file chosen by the user if the browser can write one, else memory; null: none. */
async function openFile(name) {
  if (!globalThis.showSaveFilePicker) return new MemoryFile(name);
  try {
    const types = [{ description: "MP4 video", accept: { "video/mp4": [".mp4"] } }];
    const handle = await showSaveFilePicker({ suggestedName: name, types });
    return Object.assign(await handle.createWritable(), { most: MOST_ON_DISK });
  } catch (error) {
    return error.name === "AbortError" ? null : new MemoryFile(name);
  }
}

/** One recording. */
export class Recorder {
  #listener;
  #connection = new AbortController();
  #origin = null; // time of the first picture, on the stream's clock
  #size = 0;

  /** @param {{progress: (seconds: number, bytes: number) => void}} listener */
  constructor(listener) {
    this.#listener = listener;
  }

  /**
   * Record until `stop`, the end of the stream, or the limit; the file is saved in any case.
   *
   * @param {string} name of the file
   * @param {(most: number) => void} begun called with the capacity in bytes
   * @returns {Promise<string|null>} why it has ended, "" after `stop`; null: the person wants none
   * @throws {Error} when there is nothing to save
   */
  async record(name, begun) {
    const file = await openFile(name);
    if (!file) return null;
    begun(file.most);
    let why;
    try {
      why = await this.#receive(file);
    } catch (error) {
      why = this.#connection.signal.aborted ? "" : `the connection failed: ${error.message}`;
    }
    if (!this.#size) await file.abort?.();
    if (!this.#size) throw new Error(why || "there is no picture yet");
    await file.close();
    return why;
  }

  /** Stop recording. */
  stop() {
    this.#connection.abort();
  }

  async #receive(file) {
    const answer = await getFromCamera(PATH, {}, this.#connection.signal);
    const frames = answer.ok ? Mp4Reader.of(answer) : null;
    if (!frames) throw new Error(`the camera answered ${answer.ok ? (await answer.text()).trim() : answer.status}`);
    const reader = answer.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return "the camera closed the stream";
      for (const frame of frames.feed(value)) await this.#write(file, frame);
      if (this.#size > file.most) return "the maximum size is reached";
    }
  }

  async #write(file, frame) {
    if (frame.kind === "init") return file.write(frame.data);
    if (this.#origin === null && frame.kind === "video" && frame.key) this.#origin = frame.time;
    if (this.#origin === null || frame.time < this.#origin) return undefined;
    const data = rebased(frame, this.#origin);
    await file.write(data);
    this.#size += data.length;
    return this.#listener.progress(frame.time - this.#origin, this.#size);
  }
}
