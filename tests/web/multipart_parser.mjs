// Parts of the camera's multipart, in every portion that a network may deliver.

import assert from "node:assert/strict";
import { test } from "node:test";

const { MultipartParser } = await import(`${process.env.MODULES}/stream/multipart_parser.js`);
const { HEADER, readPayload } = await import(`${process.env.MODULES}/stream/payload_header.js`);

const bytes = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const text = (data) => String.fromCharCode(...data);

function joined(pieces) {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

function sdkPart(body) {
  return joined([bytes(`--myboundary\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
}

function portions(data, size) {
  const result = [];
  for (let at = 0; at < data.length; at += size) result.push(data.subarray(at, at + size));
  return result;
}

const BODIES = ["first", "with \r\n--myboundary\r\n inside", "\r\n\r\n", "x", "--myboundary", "last\xff\xd8\n"].map(bytes);
const SPELLINGS = {
  "as the SDK has it": BODIES.map(sdkPart),
  "with an empty line before each boundary": BODIES.map((body) => joined([sdkPart(body), bytes("\r\n")])),
  "with more header lines, odd spelling, bare line feeds": BODIES.map((body) =>
    joined([bytes(`\n--myboundary\nContent-Type: image/jpeg\ncontent-length :${body.length} \nX: y\n\n`), body])),
};

for (const [name, parts] of Object.entries(SPELLINGS)) {
  for (const size of [1, 2, 3, 7, 64, 1e9]) {
    test(`${name}, ${size} bytes at a time`, () => {
      const parser = new MultipartParser("myboundary");
      const found = portions(joined(parts), size).flatMap((portion) => parser.feed(portion));
      assert.deepEqual(found.map(text), BODIES.map(text));
    });
  }
}

test("a body is delivered with its last byte, not with the next part", () => {
  const parser = new MultipartParser("myboundary");
  const part = sdkPart(bytes("abc"));
  assert.equal(parser.feed(part.subarray(0, -1)).length, 0);
  assert.equal(parser.feed(part.subarray(-1)).length, 1);
});

test("bodies are copies: the network's buffer may be used again", () => {
  const parser = new MultipartParser("myboundary");
  const part = sdkPart(bytes("abc"));
  const [body] = parser.feed(part);
  part.fill(0);
  assert.equal(text(body), "abc");
});

const BAD = {
  "another boundary": "--other\r\n",
  "no boundary": "HTTP/1.1 200 OK\r\n",
  "no length": "--myboundary\r\nContent-Type: image/jpeg\r\n\r\n",
  "a length in letters": "--myboundary\r\nContent-Length: ten\r\n\r\n",
  "a negative length": "--myboundary\r\nContent-Length: -1\r\n\r\n",
  "a length beyond all pictures": "--myboundary\r\nContent-Length: 999999999\r\n\r\n",
  "a line without an end": "x".repeat(5000),
};

for (const [name, data] of Object.entries(BAD)) {
  test(`refused: ${name}`, () => {
    assert.throws(() => new MultipartParser("myboundary").feed(bytes(data)));
    const slow = new MultipartParser("myboundary");
    assert.throws(() => portions(bytes(data), 1).forEach((portion) => slow.feed(portion)));
  });
}

test("the boundary is read from the Content-Type", () => {
  const cases = {
    "multipart/mixed;boundary=myboundary": "myboundary",
    'Multipart/X-Mixed-Replace; boundary="--frame"': "frame",
    "text/plain": null,
    "multipart/mixed": null,
  };
  for (const [type, boundary] of Object.entries(cases)) assert.equal(MultipartParser.boundary(type), boundary);
  assert.equal(MultipartParser.boundary(null), null);
});

function payload({ counter = 7, type = 74, second = 1_750_000_000, microsecond = 250_000, size = null, data = bytes("jpeg") } = {}) {
  const words = new DataView(new ArrayBuffer(HEADER));
  [counter, size ?? data.length, type, second, microsecond, 0x50, 0].forEach((word, i) => words.setUint32(4 * i, word, true));
  return joined([new Uint8Array(words.buffer), data]);
}

test("the header describes the payload", () => {
  // a part's body need not begin where its buffer does
  const frame = readPayload(joined([bytes("...."), payload({ counter: 0xffffffff })]).subarray(4));
  assert.deepEqual(
    { ...frame, data: text(frame.data) },
    { kind: "jpeg", key: true, counter: 4294967295, captured: 1_750_000_000_250, levels: [0, 0, 0], bytes: 32, data: "jpeg" },
  );
});

test("kinds of payloads", () => {
  const kinds = [[74, "jpeg", true], [65, "audio", false], [0, "video", true], [1, "video", false], [30, "video", false]];
  for (const [type, kind, key] of kinds) {
    const frame = readPayload(payload({ type }));
    assert.deepEqual([frame.kind, frame.key], [kind, key]);
  }
});

test("a payload that does not match its header", () => {
  assert.throws(() => readPayload(payload({ size: 5 })));
  assert.throws(() => readPayload(payload().subarray(0, 27)));
  assert.throws(() => readPayload(new Uint8Array()));
});
