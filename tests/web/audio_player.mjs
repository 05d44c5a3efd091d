// The camera's sound in the browser: decoded by the table of G.711, played without gaps and without falling behind.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const { AudioPlayer, decode } = await import(`${process.env.MODULES}/live/audio_player.js`);

let context; // the last one that was made
let played; // [when, samples]

globalThis.AudioContext = class {
  currentTime = 10;
  destination = {};
  closed = false;
  constructor({ sampleRate }) {
    this.sampleRate = sampleRate;
    context = this;
  }
  createBuffer(channels, length, rate) {
    const samples = new Float32Array(length);
    return { samples, duration: length / rate, copyToChannel: (from) => samples.set(from) };
  }
  close() {
    this.closed = true;
  }
};
globalThis.AudioBufferSourceNode = class {
  constructor(_, { buffer }) {
    this.buffer = buffer;
  }
  connect() {}
  start(when) {
    played.push([when, this.buffer.samples]);
  }
};

const block = (code = 0x80) => ({ kind: "audio", data: new Uint8Array(320).fill(code) });

beforeEach(() => {
  played = [];
  context = null;
});

test("u-law is decoded", () => {
  const samples = decode(Uint8Array.of(0xff, 0x7f, 0x80, 0x00, 0xfe, 0x7e, 0xef));
  assert.deepEqual(Array.from(samples, (sample) => Math.round(sample * 32768) || 0), [0, 0, 32124, -32124, 8, -8, 132]);
});

test("nothing is played before it is switched on, nor after", () => {
  const sound = new AudioPlayer();
  sound.play(block());
  assert.equal(context, null);
  sound.switchOn();
  assert.ok(sound.on);
  assert.equal(context.sampleRate, 8000);
  sound.switchOff();
  assert.ok(context.closed);
  sound.play(block());
  assert.deepEqual(played, []);
});

test("blocks follow each other without a gap, behind a cushion", () => {
  const sound = new AudioPlayer();
  sound.switchOn();
  for (let i = 0; i < 50; i++) {
    sound.play(block());
    context.currentTime += 0.04;
  }
  assert.ok(played[0][0] > 10.05);
  for (let i = 1; i < 50; i++) assert.ok(Math.abs(played[i][0] - played[i - 1][0] - 0.04) < 1e-9);
});

test("late sound starts again, accumulated sound is dropped", () => {
  const sound = new AudioPlayer();
  sound.switchOn();
  sound.play(block());
  context.currentTime += 2;
  for (let i = 0; i < 100; i++) sound.play(block());
  assert.ok(played[1][0] > 12.05);
  const last = played.at(-1)[0];
  assert.ok(played.length < 20 && last < 12.6, `${played.length} blocks until ${last}`);
  context.currentTime += 0.3;
  sound.play(block());
  assert.ok(Math.abs(played.at(-1)[0] - last - 0.04) < 1e-9);
});

test("an empty block is nothing", () => {
  const sound = new AudioPlayer();
  sound.switchOn();
  sound.play({ kind: "audio", data: new Uint8Array(0) });
  assert.deepEqual(played, []);
});
