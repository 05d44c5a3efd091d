// Multipart parser of the endless answer (SDK 3.1): a boundary line, header lines, an empty line, a body of
// Content-Length bytes, then the next boundary line. Bytes arrive in any portions; each is examined once.

import { readPayload } from "./payload_header.js";

const LINE_FEED = 10;
const LONGEST_LINE = 4096;
const LARGEST_PART = 32 * 1024 * 1024;

const latin1 = new TextDecoder("latin1");

/** Parser: takes arriving bytes, and returns the bodies of completed parts. */
export class MultipartParser {
  #boundary;
  #line = "";
  #length = null; // of the next body, after its header
  #body = null; // the incomplete body
  #filled = 0;
  #inHeader = false;

  /** @param {string} boundary of the Content-Type, without the two dashes */
  constructor(boundary) {
    this.#boundary = `--${boundary}`;
  }

  /** The boundary in a Content-Type, or null if it is not multipart. */
  static boundary(contentType) {
    const found = /^multipart\/[a-z-]+\s*;\s*boundary="?([^";\s]+)"?\s*$/i.exec(contentType ?? "");
    return found && found[1].replace(/^--/, "");
  }

  /**
   * @param {Uint8Array} chunk
   * @returns {Uint8Array[]} complete bodies
   * @throws {Error} when this cannot be the camera's multipart; then the connection is of no further use
   */
  feed(chunk) {
    const bodies = [];
    let at = 0;
    while (at < chunk.length) {
      at = this.#body ? this.#take(chunk, at, bodies) : this.#readLine(chunk, at);
    }
    return bodies;
  }

  #take(chunk, at, bodies) {
    const piece = chunk.subarray(at, at + this.#body.length - this.#filled);
    this.#body.set(piece, this.#filled);
    this.#filled += piece.length;
    if (this.#filled === this.#body.length) {
      bodies.push(this.#body);
      this.#body = null;
    }
    return at + piece.length;
  }

  #readLine(chunk, at) {
    const end = chunk.indexOf(LINE_FEED, at);
    this.#line += latin1.decode(chunk.subarray(at, end < 0 ? chunk.length : end));
    if (this.#line.length > LONGEST_LINE) throw new Error("a header line without an end");
    if (end < 0) return chunk.length;
    const line = this.#line.replace(/\r$/, "");
    this.#line = "";
    if (this.#inHeader) this.#header(line);
    else this.#between(line);
    return end + 1;
  }

  #between(line) {
    if (line === "") return; // generic multipart has an empty line before each boundary, the SDK's has none
    if (line !== this.#boundary) throw new Error("no boundary where a part should begin");
    this.#inHeader = true;
    this.#length = null;
  }

  #header(line) {
    if (line !== "") {
      const found = /^content-length\s*:\s*([0-9]{1,9})\s*$/i.exec(line);
      if (found) this.#length = Number(found[1]);
      return;
    }
    if (this.#length === null || this.#length > LARGEST_PART) throw new Error("a part without a usable length");
    this.#inHeader = false;
    this.#filled = 0;
    this.#body = this.#length > 0 ? new Uint8Array(this.#length) : null;
  }
}

/** The reader of the camera's multipart streams; null if the answer is no such stream. @param {Response} answer */
export function readParts(answer) {
  const boundary = MultipartParser.boundary(answer.headers.get("Content-Type"));
  const parts = boundary && new MultipartParser(boundary);
  return parts && { feed: (chunk) => parts.feed(chunk).map(readPayload) };
}
