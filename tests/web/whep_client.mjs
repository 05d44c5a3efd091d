// What the page reads from the camera's answers of WebRTC.

import assert from "node:assert/strict";
import { test } from "node:test";

const { WhepClient, clockOffset } = await import(`${process.env.MODULES}/stream/whep_client.js`);
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

/** Connection that gets as far as the test says. */
class Connection extends EventTarget {
  connectionState = "connecting";
  iceConnectionState = Connection.reached;
  localDescription = { sdp: "" };
  addTransceiver() {}
  async setLocalDescription() {}
  async setRemoteDescription() {}
  getReceivers() {
    return [];
  }
  close() {}
}

/** What the client tells about attempts that get as far as `reached`, to a camera that answers `status`. */
async function told(context, reached, status = 201) {
  Connection.reached = reached;
  globalThis.location = { href: "http://camera/" };
  globalThis.RTCPeerConnection = Connection;
  globalThis.MediaStream = class {};
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  globalThis.fetch = async () => new Response("", { status, headers: { Location: "/whep/sessions/1" } });
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const list = [];
  const ends = new Promise((resolve) => {
    const note = (name) => () => (list.push(name), resolve());
    const waiting = (why) => (list.push(why), setImmediate(() => client.retryNow()));
    const client = new WhepClient("whep/h264", { connecting() {}, waiting, unplayable: note("unplayable"), unreachable: note("unreachable") });
    client.start();
  });
  let over = false;
  ends.then(() => (over = true));
  while (!over) {
    context.mock.timers.tick(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return list;
}

test("a network that passes no check blocks the media", async (context) => {
  assert.deepEqual(await told(context, "checking"), ["unreachable"]);
});

test("where the camera answers the checks, it is tried again", async (context) => {
  const incomplete = "The connection was not completed";
  assert.deepEqual(await told(context, "connected"), [incomplete, incomplete, "unreachable"]);
});

test("a camera without WebRTC may have it later, one that refuses the offer has none for this browser", async (context) => {
  assert.deepEqual(await told(context, "new", 404), ["unreachable"]);
  context.mock.timers.reset();
  assert.deepEqual(await told(context, "new", 415), ["unplayable"]);
});
