// The motion levels of the payload header (SDK 3.1).

import assert from "node:assert/strict";
import { test } from "node:test";

const { HEADER, readPayload } = await import(`${process.env.MODULES}/stream/payload_header.js`);

function part(status) {
  const body = new Uint8Array(HEADER);
  const word = new DataView(body.buffer);
  word.setUint32(8, "J".charCodeAt(0), true);
  word.setUint32(24, status, true);
  return body;
}

for (const [status, levels] of [[0, [0, 0, 0]], [0xff8001, [1, 128, 255]], [0xffffffff, [255, 255, 255]], [0x07000000, [0, 0, 0]]]) {
  test(`status ${status.toString(16)}`, () => assert.deepEqual(readPayload(part(status)).levels, levels));
}
