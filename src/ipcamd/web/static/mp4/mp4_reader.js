// MP4 reader: splits the camera's endless MP4 (ISO/IEC 14496-12) into its initialization segment and its frames, each
// of which is a fragment of its own. Bytes come in any portions.

const LARGEST_BOX = 32 * 1024 * 1024;
const NTP_EPOCH = 2_208_988_800; // seconds from 1900 to 1970
const KEY_FLAG = 0x02000000; // flag of a sample that depends on no other

/**
 * @typedef {object} Init
 * @property {"init"} kind
 * @property {string} type content type, with the codecs
 * @property {boolean} sound whether there is a track of sound
 * @property {Uint8Array} data
 *
 * @typedef {object} Fragment
 * @property {"video"|"audio"} kind
 * @property {boolean} key a decoder can start here
 * @property {number} counter of all fragments; a gap means lost fragments
 * @property {true} interleaved the counter includes pictures and sound
 * @property {number} time seconds on the stream's own clock
 * @property {number|null} captured milliseconds since the epoch, by the camera's clock
 * @property {number} timescale units of its track's times in a second
 * @property {number} bytes
 * @property {Uint8Array} data
 */

/** The boxes from `start` to `end`: kind, and where their content begins and ends. */
function* boxes(data, start = 0, end = data.length) {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  for (let at = start; at + 8 <= end; ) {
    const size = view.getUint32(at);
    if (size < 8 || size > LARGEST_BOX) throw new Error("a box without a usable length");
    yield { kind: latin1.decode(data.subarray(at + 4, at + 8)), start: at + 8, end: at + size };
    at += size;
  }
}

const latin1 = new TextDecoder("latin1");

/** The first box at this path, such as moof/traf/tfdt; undefined if none exists. */
export function findBox(data, path, { start, end } = { start: 0, end: data.length }) {
  const [first, ...rest] = path.split("/");
  for (const found of boxes(data, start, end)) {
    if (found.kind === first) return rest.length ? findBox(data, rest.join("/"), found) : found;
  }
  return undefined;
}

/** Parser: takes arriving bytes, and returns completed segments and fragments. */
export class Mp4Reader {
  #type;
  #rest = new Uint8Array(0); // the beginning of a box
  #pieces = []; // boxes of the incomplete segment or fragment
  #tracks = new Map(); // by number: kind and timescale
  #anchor = null; // {time, captured} of a picture

  /** @param {string} type content type of the answer */
  constructor(type) {
    this.#type = type;
  }

  /** A reader of this answer; null if it is not MP4. @param {Response} answer */
  static of(answer) {
    const type = answer.headers.get("Content-Type") ?? "";
    return type.startsWith("video/mp4") ? new Mp4Reader(type) : null;
  }

  /**
   * @param {Uint8Array} chunk
   * @returns {(Init|Fragment)[]}
   * @throws {Error} when this cannot be MP4
   */
  feed(chunk) {
    const data = joined([this.#rest, chunk]);
    const found = [];
    let done = 0;
    for (const { kind, end } of boxes(data)) {
      if (end > data.length) break;
      this.#pieces.push(data.slice(done, end));
      done = end;
      if (kind === "moov") found.push(this.#begin(this.#take()));
      if (kind === "mdat") found.push(this.#frame(this.#take()));
    }
    this.#rest = data.slice(done);
    return found;
  }

  #take() {
    const data = joined(this.#pieces);
    this.#pieces = [];
    return data;
  }

  #begin(data) {
    const view = new DataView(data.buffer);
    const moov = findBox(data, "moov");
    this.#tracks.clear();
    for (const { kind, ...track } of boxes(data, moov.start, moov.end)) {
      if (kind !== "trak") continue;
      const number = view.getUint32(findBox(data, "tkhd", track).start + 12);
      const media = findBox(data, "mdia/hdlr", track).start + 8;
      const timescale = view.getUint32(findBox(data, "mdia/mdhd", track).start + 12);
      this.#tracks.set(number, { kind: latin1.decode(data.subarray(media, media + 4)) === "soun" ? "audio" : "video", timescale });
    }
    return { kind: "init", type: this.#type, sound: [...this.#tracks.values()].some(({ kind }) => kind === "audio"), data };
  }

  #frame(data) {
    const view = new DataView(data.buffer);
    const track = this.#tracks.get(view.getUint32(findBox(data, "moof/traf/tfhd").start + 4));
    if (!track) throw new Error("a frame of an unknown track");
    const time = Number(view.getBigUint64(findBox(data, "moof/traf/tfdt").start + 4)) / track.timescale;
    const reference = findBox(data, "prft");
    if (reference) this.#anchor = { time, captured: ntpTime(view, reference.start + 8) };
    return {
      ...track,
      key: view.getUint32(findBox(data, "moof/traf/trun").start + 20) === KEY_FLAG,
      counter: view.getUint32(findBox(data, "moof/mfhd").start + 4),
      interleaved: true,
      time,
      captured: this.#anchor && this.#anchor.captured + (time - this.#anchor.time) * 1000,
      bytes: data.length,
      data,
    };
  }
}

/** Milliseconds since 1970 of a 64-bit time of NTP. */
function ntpTime(view, at) {
  return (view.getUint32(at) - NTP_EPOCH) * 1000 + (view.getUint32(at + 4) * 1000) / 2 ** 32;
}

/** @param {Uint8Array[]} pieces */
export function joined(pieces) {
  if (pieces.length === 1) return pieces[0];
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
