// What the page reads from the camera's answers of WebRTC.

import assert from "node:assert/strict";
import { test } from "node:test";

const { WhepClient, clockOffset } = await import(`${process.env.MODULES}/stream/whep_client.js`);
globalThis.document = { createElement: () => ({}) };
const { capturedAt } = await import(`${process.env.MODULES}/renderers/webrtc_renderer.js`);

const SOUND = "m=audio 8189 UDP/TLS/RTP/SAVPF 0\r\na=mediaclk:direct=7\r\n";
const VIDEO = "m=video 8189 UDP/TLS/RTP/SAVPF 102\r\na=mediaclk:direct=4100028652\r\n";

test("the video section gives the clock of the pictures", () => {
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

let connections; // of all attempts
let requests; // methods and addresses of all requests

/** Connection that gets as far as the test says. */
class Connection extends EventTarget {
  connectionState = Connection.reached === "complete" ? "connected" : "connecting";
  iceConnectionState = Connection.reached;
  localDescription = { sdp: "" };
  isOpen = true;
  transport = Object.assign(new EventTarget(), { state: "connected" });
  constructor() {
    super();
    connections.push(this);
  }
  addTransceiver() {}
  async setLocalDescription() {}
  async setRemoteDescription() {}
  getReceivers() {
    return [{ transport: this.transport }];
  }
  getTransceivers() {
    return [];
  }
  async getStats() {
    return new Map();
  }
  close() {
    this.isOpen = false;
  }
}

/** Client of a camera that answers with these statuses, the last one again and again; its connections get as far as
 * `reached`. What it tells is added to `list`. */
function makeClient(context, list, reached, ...statuses) {
  [Connection.reached, connections, requests] = [reached, [], []];
  globalThis.location = { href: "http://camera/" };
  globalThis.RTCPeerConnection = Connection;
  globalThis.MediaStream = class {};
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  globalThis.fetch = async (url, { method }) => {
    requests.push(`${method} ${new URL(url).pathname}`);
    return new Response("", { status: statuses.length > 1 ? statuses.shift() : statuses[0], headers: { Location: "/whep/sessions/1" } });
  };
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const note = (name) => () => list.push(name);
  const waiting = (why) => (list.push(why), setImmediate(() => client.retryNow()));
  const client = new WhepClient("whep/h264", {
    connecting() {}, frame() {}, waiting, refused: (why) => list.push(why),
    connected: note("connected"), unplayable: note("unplayable"), unreachable: note("unreachable"),
  });
  client.start();
  return client;
}

/** Let time pass until it is so. */
async function until(context, isSo) {
  for (let round = 0; !isSo(); round += 1) {
    assert.ok(round < 1000, "it does not come true");
    context.mock.timers.tick(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What the client tells until it gives up. */
async function told(context, reached, ...statuses) {
  const list = [];
  makeClient(context, list, reached, ...statuses);
  await until(context, () => ["unplayable", "unreachable", "Log in to watch the stream"].includes(list.at(-1)));
  await until(context, () => connections.every(({ isOpen }) => !isOpen));
  return list;
}

test("a network that passes no check blocks the media", async (context) => {
  assert.deepEqual(await told(context, "checking", 201), ["unreachable"]);
});

test("where the camera answers the checks, it is tried again", async (context) => {
  const incomplete = "The connection was not completed";
  assert.deepEqual(await told(context, "connected", 201), [incomplete, incomplete, "unreachable"]);
  assert.deepEqual(requests, Array(3).fill("POST /whep/h264"), "the camera drops what has not connected");
});

test("a camera without WebRTC may have it later, one that refuses the offer has none for this browser", async (context) => {
  assert.deepEqual(await told(context, "new", 404), ["unreachable"]);
  context.mock.timers.reset();
  assert.deepEqual(await told(context, "new", 415), ["unplayable"]);
});

test("a camera that is busy, or wants a login, may have WebRTC", async (context) => {
  const [full, failed] = ["The maximum number of viewers is reached", "Too many failed logins"];
  assert.deepEqual(await told(context, "new", 503, 429, 401), [full, failed, "Log in to watch the stream"]);
});

test("a session that the viewer leaves is deleted, one that the camera has closed is not", async (context) => {
  const list = [];
  const client = makeClient(context, list, "complete", 201);
  await until(context, () => list.includes("connected"));
  connections[0].transport.state = "closed";
  connections[0].transport.dispatchEvent(new Event("statechange"));
  await until(context, () => connections.length > 1 && !connections[0].isOpen);
  assert.deepEqual(list.slice(0, 2), ["connected", "The camera closed the stream"]);
  assert.ok(!requests.some((request) => request.startsWith("DELETE")));
  await until(context, () => list.filter((each) => each === "connected").length > 1);
  client.stop();
  await until(context, () => !connections[1].isOpen);
  assert.deepEqual(requests.slice(-1), ["DELETE /whep/sessions/1"]);
});

test("a connection that was complete counts no earlier attempts", async (context) => {
  const list = [];
  const client = makeClient(context, list, "connected", 201);
  const incomplete = "The connection was not completed";
  for (const reached of ["complete", "connected"]) {
    await until(context, () => list.filter((each) => each === incomplete).length === 2);
    if (reached === "complete") {
      Connection.reached = reached;
      await until(context, () => list.at(-1) === "connected");
      list.splice(0);
      Connection.reached = "connected";
      connections.at(-1).transport.state = "closed";
      connections.at(-1).transport.dispatchEvent(new Event("statechange"));
    }
  }
  assert.deepEqual(list, ["The camera closed the stream", incomplete, incomplete]);
  client.stop();
});
