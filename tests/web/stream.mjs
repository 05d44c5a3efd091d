// Connecting, and connecting again, against a camera that is a function.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const { HttpStream } = await import(`${process.env.MODULES}/stream/http_stream.js`);
const { pauseAfter } = await import(`${process.env.MODULES}/stream/reconnecting_stream.js`);
const { readParts } = await import(`${process.env.MODULES}/stream/multipart_parser.js`);

globalThis.location = { href: "http://me:secret@camera/yard/recordings?x#y" };

let asked;
let answers; // what the camera answers, one after the other

beforeEach(() => {
  asked = [];
  answers = [];
  globalThis.fetch = async (url, { signal }) => {
    asked.push(String(url));
    const answer = answers.shift();
    if (answer === undefined) return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    if (answer instanceof Error) throw answer;
    return answer();
  };
});

function part(counter) {
  const data = new Uint8Array(32);
  const words = new DataView(data.buffer);
  [counter, 4, 74].forEach((word, i) => words.setUint32(4 * i, word, true));
  return [new TextEncoder().encode("--myboundary\r\nContent-Length: 32\r\n\r\n"), data];
}

const multipart = (...chunks) => () =>
  new Response(new ReadableStream({ start: (body) => (chunks.forEach((chunk) => body.enqueue(chunk)), body.close()) }), {
    headers: { "Content-Type": "multipart/mixed;boundary=myboundary" },
  });

const plain = (status, text = "", headers = {}) => () => new Response(text, { status, headers });

/** Watch until `count` things were told; return them. */
function told(count) {
  return new Promise((resolve) => {
    const list = [];
    const note = (name) => (...values) => {
      list.push([name, ...values]);
      if (name === "waiting") setImmediate(() => stream.retryNow());
      if (list.length !== count) return;
      stream.stop();
      resolve(list);
    };
    const stream = new HttpStream("cgi/mjpg/mjpeg.cgi", {
      connecting: note("connecting"),
      connected: note("connected"),
      frame: (frame) => note("frame")(frame.counter),
      waiting: note("waiting"),
      refused: note("refused"),
    }, readParts);
    stream.start();
  });
}

test("frames come, the connection ends, and it is tried again", async () => {
  answers = [multipart(...part(8), ...part(9)), multipart(...part(10))];
  const list = await told(8);
  assert.deepEqual(list.map(([name]) => name), [
    "connecting", "connected", "frame", "frame", "waiting", "connecting", "connected", "frame",
  ]);
  assert.deepEqual(list.filter(([name]) => name === "frame").map(([, counter]) => counter), [8, 9, 10]);
  assert.equal(list[4][1], "The camera closed the stream");
  assert.deepEqual([list[0][1], list[5][1]], [false, true]);
  assert.equal(asked[0], "http://camera/yard/cgi/mjpg/mjpeg.cgi");
});

test("a camera that does not answer is tried again with growing pauses", async () => {
  answers = Array.from({ length: 8 }, () => new TypeError("fetch failed"));
  const pauses = (await told(16)).filter(([name]) => name === "waiting");
  assert.deepEqual(new Set(pauses.map(([, why]) => why)), new Set(["The camera does not answer"]));
  assert.ok(pauses[0][2] < 0.5, "the first pause is short: a camera that restarts is back soon");
  assert.ok(pauses.at(-1)[2] > 4);
});

const ENDS = [
  ["no login", plain(401), ["refused", "Log in to watch the stream"]],
  ["not allowed", plain(403), ["refused", "This account may not watch the stream"]],
  ["no place", plain(503, "", { "Retry-After": "7" }), ["waiting", "The maximum number of viewers is reached", 7]],
  ["locked out", plain(429, "", { "Retry-After": "20" }), ["waiting", "Too many failed logins", 20]],
  ["an error", plain(500), ["waiting", "The camera answered 500"]],
  ["no such stream", plain(200, "Request failed: no H.264\r\n", { "Content-Type": "text/plain" }), ["waiting", "Request failed: no H.264"]],
  ["garbage", multipart(new TextEncoder().encode("garbage\r\n")), ["waiting", "The stream is damaged"]],
];

for (const [name, answer, expected] of ENDS) {
  test(name, async () => {
    answers = [answer];
    const list = await told(name === "garbage" ? 3 : 2);
    assert.deepEqual(list.at(-1).slice(0, expected.length), expected);
  });
}

test("a silent connection is closed", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const waiting = new Promise((resolve) => {
    const nothing = () => {};
    const stream = new HttpStream("/x", { connecting: nothing, connected: nothing, frame: nothing, refused: nothing, waiting: resolve }, readParts);
    stream.start();
  });
  context.mock.timers.tick(8000);
  assert.equal(await waiting, "The stream has stopped");
});

test("after stop there are no callbacks and no requests", async () => {
  answers = [multipart(...part(1))];
  await told(1);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(asked.length, 1);
});

test("pauses grow to ten seconds and differ from viewer to viewer", () => {
  const pauses = Array.from({ length: 30 }, (_, i) => pauseAfter(i + 1, 0.5));
  assert.deepEqual(pauses, pauses.toSorted((a, b) => a - b));
  assert.equal(pauses.at(-1), 10);
  assert.ok(pauseAfter(9, 0) < pauseAfter(9, 1));
});
