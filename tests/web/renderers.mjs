// Drawing: the newest picture wins, and a broken one stops nothing.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const { JpegRenderer } = await import(`${process.env.MODULES}/renderers/jpeg_renderer.js`);
const { H264Renderer, codecName } = await import(`${process.env.MODULES}/renderers/h264_renderer.js`);

const later = () => new Promise((resolve) => setImmediate(resolve));

let canvas;
let painted;
let decoding; // what is being decoded, to be finished by the test

beforeEach(() => {
  painted = 0;
  decoding = [];
  canvas = { width: 1, height: 1, getContext: () => ({ drawImage: () => painted++ }) };
  globalThis.createImageBitmap = () => new Promise((resolve, reject) => decoding.push({ resolve, reject }));
});

const bitmap = () => ({ width: 640, height: 480, close: () => {} });
const jpeg = (counter) => ({ kind: "jpeg", key: true, counter, data: new Uint8Array(4) });

test("while one picture is decoded only the newest of the others is kept", async () => {
  const drawn = [];
  const picture = new JpegRenderer(canvas, (frame) => drawn.push(frame.counter));
  [1, 2, 3, 4].forEach((counter) => picture.show(jpeg(counter)));
  assert.equal(decoding.length, 1);
  decoding[0].resolve(bitmap());
  await later();
  assert.equal(decoding.length, 2);
  decoding[1].resolve(bitmap());
  await later();
  assert.deepEqual(drawn, [1, 4]);
  assert.deepEqual([canvas.width, canvas.height], [640, 480]);
});

test("a picture that cannot be decoded is left out", async () => {
  const drawn = [];
  const picture = new JpegRenderer(canvas, (frame) => drawn.push(frame.counter));
  picture.show(jpeg(1));
  decoding[0].reject(new Error("broken"));
  await later();
  picture.show(jpeg(2));
  decoding[1].resolve(bitmap());
  await later();
  assert.deepEqual(drawn, [2]);
});

test("after close nobody is told any more", async () => {
  const drawn = [];
  const picture = new JpegRenderer(canvas, (frame) => drawn.push(frame.counter));
  picture.show(jpeg(1));
  picture.close();
  decoding[0].resolve(bitmap());
  await later();
  assert.deepEqual(drawn, []);
});

const SPS = [0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1f, 0xda];
const PPS = [0, 0, 0, 1, 0x68, 0xce];
const IDR = [0, 0, 1, 0x65, 0x88];

test("the codec's name comes from the SPS", () => {
  assert.equal(codecName(Uint8Array.from([...SPS, ...PPS, ...IDR])), "avc1.42c01f");
  assert.equal(codecName(Uint8Array.from([0, 0, 0, 1, 9, 0xf0, 0, 0, 1, 0x27, 0x64, 0x00, 0x28, 0])), "avc1.640028");
  assert.equal(codecName(Uint8Array.from(IDR)), null);
  assert.equal(codecName(new Uint8Array()), null);
});

class FakeDecoder {
  static made = [];
  state = "unconfigured";
  decoded = [];
  constructor(told) {
    this.told = told;
    FakeDecoder.made.push(this);
  }
  configure(settings) {
    this.settings = settings;
    this.state = "configured";
  }
  decode(chunk) {
    this.decoded.push(chunk);
  }
  close() {
    this.state = "closed";
  }
  finish(count) {
    for (const { timestamp } of this.decoded.slice(0, count)) {
      this.told.output({ timestamp, displayWidth: 320, displayHeight: 240, close: () => {} });
    }
  }
}

function h264() {
  FakeDecoder.made = [];
  globalThis.VideoDecoder = FakeDecoder;
  globalThis.EncodedVideoChunk = class {
    constructor(values) {
      Object.assign(this, values);
    }
  };
  const drawn = [];
  return [new H264Renderer(canvas, (frame) => drawn.push(frame.counter)), drawn];
}

const key = (counter) => ({ kind: "video", key: true, counter, data: Uint8Array.from([...SPS, ...PPS, ...IDR]) });
const delta = (counter) => ({ kind: "video", key: false, counter, data: Uint8Array.from([0, 0, 1, 0x41]) });

test("H.264 starts at a key frame and draws what is decoded", () => {
  const [picture, drawn] = h264();
  [delta(1), key(2), delta(3), delta(4)].forEach((frame) => picture.show(frame));
  const [decoder] = FakeDecoder.made;
  assert.equal(decoder.settings.codec, "avc1.42c01f");
  assert.deepEqual(decoder.decoded.map(({ type }) => type), ["key", "delta", "delta"]);
  decoder.finish(3);
  assert.deepEqual(drawn, [2, 3, 4]);
  assert.equal(painted, 3);
});

test("after a gap H.264 waits for the next key frame", () => {
  const [picture] = h264();
  [key(2), delta(3), delta(5), delta(6), key(7), delta(8)].forEach((frame) => picture.show(frame));
  assert.equal(FakeDecoder.made[0].decoded.length, 4);
});

test("a decoder that cannot keep up is not fed more and more", () => {
  const [picture] = h264();
  picture.show(key(0));
  for (let counter = 1; counter < 100; counter++) picture.show(delta(counter));
  assert.ok(FakeDecoder.made[0].decoded.length < 10);
});

test("after the decoder's failure a new one begins at the next key frame", () => {
  const [picture] = h264();
  picture.show(key(0));
  FakeDecoder.made[0].told.error(new Error("broken"));
  [delta(1), key(2)].forEach((frame) => picture.show(frame));
  assert.equal(FakeDecoder.made.length, 2);
  assert.equal(FakeDecoder.made[1].decoded.length, 1);
});
