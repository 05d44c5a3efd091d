// What the page reads from the camera's answers of WebRTC.

import assert from "node:assert/strict";
import { test } from "node:test";

const { clockOffset } = await import(`${process.env.MODULES}/stream/whep_client.js`);
globalThis.document = { createElement: () => ({}) };
const { capturedAt } = await import(`${process.env.MODULES}/renderers/webrtc_renderer.js`);

const SOUND = "m=audio 8189 UDP/TLS/RTP/SAVPF 0\r\na=mediaclk:direct=7\r\n";
const VIDEO = "m=video 8189 UDP/TLS/RTP/SAVPF 102\r\na=mediaclk:direct=4100028652\r\n";

test("the clock of the pictures is told by the video section", () => {
  assert.equal(clockOffset(`v=0\r\n${SOUND}${VIDEO}`), 4100028652);
  assert.equal(clockOffset(`v=0\r\n${SOUND}`), null);
});

test("the time of capture is found in whichever round the time stamps are", () => {
  const offset = 4100028652;
  for (const captured of [0, 1764428400123, 1764428400123 + 13 * 3600_000]) {
    const timestamp = Number((BigInt(captured) * 90n + BigInt(offset)) % 2n ** 32n);
    for (const wrong of [-3600_000, 0, 3600_000]) assert.equal(Math.round(capturedAt(timestamp, offset, captured + wrong)), captured);
  }
});
