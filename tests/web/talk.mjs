// Push-to-talk: the microphone's sound becomes u-law and goes out in order, in pieces, one request at a time.

import assert from "node:assert/strict";
import { test } from "node:test";

const { Decimator, encode } = await import(`${process.env.MODULES}/talk/ulaw.js`);
const { decode } = await import(`${process.env.MODULES}/live/audio_player.js`);
const { TalkSender } = await import(`${process.env.MODULES}/talk/push_to_talk.js`);

test("u-law is what the player decodes, for every code", () => {
  for (let code = 0; code < 256; code++) {
    const again = encode(decode(Uint8Array.of(code))[0]);
    assert.equal(again, code === 0x7f ? 0xff : code, "there are two zeros"); // -0 is written as +0
  }
  assert.deepEqual([encode(1), encode(-1), encode(3), encode(-3)], [0x80, 0x00, 0x80, 0x00]);
});

for (const rate of [8000, 16000, 44100, 48000]) {
  test(`a second at ${rate} is 8000 samples, whatever the blocks`, () => {
    const decimator = new Decimator(rate);
    const samples = Float32Array.from({ length: rate }, (_, at) => 0.5 * Math.sin((2 * Math.PI * 440 * at) / rate));
    const codes = [];
    for (let at = 0; at < rate; at += 128) codes.push(...decimator.feed(samples.subarray(at, at + 128)));
    assert.ok(Math.abs(codes.length - 8000) <= 1, `${codes.length}`);
    const heard = decode(Uint8Array.from(codes));
    const tone = heard.reduce((sum, value, at) => [sum[0] + value * Math.sin((2 * Math.PI * 440 * at) / 8000), sum[1] + value * Math.cos((2 * Math.PI * 440 * at) / 8000)], [0, 0]);
    assert.ok(Math.abs((2 * Math.hypot(...tone)) / 8000 - 0.5) < 0.03, "the tone is as loud as before");
  });
}

test("sound goes out in order, one request at a time, and all of it", async () => {
  const sent = [];
  let open = 0;
  let ends = 0;
  const sender = new TalkSender(async (piece, isLast) => {
    assert.equal(++open, 1);
    assert.equal(ends, 0);
    await new Promise(setImmediate);
    sent.push(...piece);
    ends += isLast;
    open -= 1;
  });
  const said = Uint8Array.from({ length: 5000 }, (_, at) => at % 251);
  for (let at = 0; at < said.length; at += 100) {
    sender.add(said.subarray(at, at + 100));
    if (at % 700 === 0) await new Promise(setImmediate);
  }
  await sender.finish();
  assert.deepEqual([sent, ends], [[...said], 1]);
});

test("what a slow camera does not take is dropped, the oldest first", async () => {
  let goOn;
  const sent = [];
  const sender = new TalkSender((piece) => (sent.push(piece), new Promise((resolve) => (goOn = resolve))));
  sender.add(new Uint8Array(1600).fill(1));
  while (!goOn) await new Promise(setImmediate);
  for (let second = 2; second < 8; second++) sender.add(new Uint8Array(8000).fill(second));
  const taken = goOn;
  taken();
  while (sent.length < 2) await new Promise(setImmediate);
  const done = sender.finish();
  goOn();
  while (sent.length < 3) await new Promise(setImmediate);
  goOn();
  await done;
  assert.deepEqual([sent[1].length, sent[1][0], sent[1].at(-1)], [16000, 6, 7]);
});
