// Drawing: the newest picture wins, and a broken one stops nothing.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const { JpegRenderer } = await import(`${process.env.MODULES}/renderers/jpeg_renderer.js`);
const { H264Renderer } = await import(`${process.env.MODULES}/renderers/h264_renderer.js`);
const { H265Renderer } = await import(`${process.env.MODULES}/renderers/h265_renderer.js`);

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

test("after close no callback is called", async () => {
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

const VPS_OF_H265 = [0, 0, 0, 1, 0x40, 1, 0x0c, 1, 0xff, 0xff];
const SPS_OF_H265 = [0, 0, 0, 1, 0x42, 1, 1, 1, 0x60, 0, 0, 3, 0, 0x90, 0, 0, 3, 0, 0, 3, 0, 0x5d, 0xa0, 2];

test("the codec's name comes from the SPS", () => {
  const nameOf = (Renderer, ...bytes) => new Renderer(canvas).codecName(Uint8Array.from(bytes));
  assert.equal(nameOf(H264Renderer, ...SPS, ...PPS, ...IDR), "avc1.42c01f");
  assert.equal(nameOf(H264Renderer, 0, 0, 0, 1, 9, 0xf0, 0, 0, 1, 0x27, 0x64, 0x00, 0x28, 0), "avc1.640028");
  assert.equal(nameOf(H264Renderer, ...IDR), null);
  assert.equal(nameOf(H264Renderer), null);
  assert.equal(nameOf(H265Renderer, ...VPS_OF_H265, ...SPS_OF_H265), "hev1.1.6.L93.90");
  const high = [0, 0, 1, 0x42, 1, 1, 0x62, 0x20, 0, 0, 3, 0, 0xb0, 0, 1, 2, 3, 4, 0x78];
  assert.equal(nameOf(H265Renderer, ...high), "hev1.A2.4.H120.B0.0.1.2.3.4");
  assert.equal(nameOf(H265Renderer, ...SPS_OF_H265.slice(0, 16)), null);
  assert.equal(nameOf(H265Renderer, ...VPS_OF_H265), null);
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
  const told = { failures: 0 };
  return [new H264Renderer(canvas, (frame) => drawn.push(frame.counter), () => told.failures++), drawn, told];
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

test("a slow decoder gets no growing queue", () => {
  const [picture] = h264();
  picture.show(key(0));
  for (let counter = 1; counter < 100; counter++) picture.show(delta(counter));
  assert.ok(FakeDecoder.made[0].decoded.length < 10);
});

test("after the decoder's failure a new one begins at the next key frame", () => {
  const [picture, , told] = h264();
  picture.show(key(0));
  FakeDecoder.made[0].finish(1);
  FakeDecoder.made[0].told.error(new Error("broken"));
  assert.equal(told.failures, 0);
  [delta(1), key(2)].forEach((frame) => picture.show(frame));
  assert.equal(FakeDecoder.made.length, 2);
  assert.equal(FakeDecoder.made[1].decoded.length, 1);
});

test("a decoder that fails at the first picture cannot decode the stream", () => {
  const [picture, drawn, told] = h264();
  picture.show(key(0));
  FakeDecoder.made[0].told.error(new Error("not supported"));
  assert.deepEqual([told.failures, drawn], [1, []]);
});
