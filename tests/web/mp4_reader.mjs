// The camera's MP4 in the browser: split into frames, whatever the portions, and rebased for a file that begins at zero.

import assert from "node:assert/strict";
import { test } from "node:test";

const { Mp4Reader, findBox } = await import(`${process.env.MODULES}/mp4/mp4_reader.js`);
const { rebased } = await import(`${process.env.MODULES}/live/video_recorder.js`);

const TYPE = 'video/mp4; codecs="avc1.4d401f,mp4a.40.2"';

const word = (...values) => new Uint8Array(values.flatMap((value) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255)));
const text = (letters) => new TextEncoder().encode(letters);
const join = (...pieces) => Uint8Array.from(pieces.flatMap((piece) => [...piece]));
const box = (kind, ...content) => {
  const body = join(...content);
  return join(word(body.length + 8), text(kind), body);
};

const track = (number, handler, timescale) =>
  box("trak", box("tkhd", word(3, 0, 0, number)), box("mdia", box("mdhd", word(0, 0, 0, timescale)), box("hdlr", word(0, 0), text(handler))));
const init = join(box("ftyp", text("iso5")), box("moov", track(1, "vide", 90000), track(2, "soun", 16000)));
const fragment = (number, counter, time, { key = false, reference = [] } = {}) =>
  join(
    ...reference,
    box("moof", box("mfhd", word(0, counter)), box("traf", box("tfhd", word(0, number)), box("tfdt", word(0, 0, time)), box("trun", word(0, 1, 0, 3000, 4, key ? 0x02000000 : 0x01010000)))),
    box("mdat", text("data")),
  );
const prft = box("prft", word(0, 1, 2_208_988_800 + 1000, 0x80000000, 0, 90000)); // 1000.5 s since 1970, at 1 s

const stream = join(init, fragment(1, 7, 90000, { key: true, reference: [prft] }), fragment(2, 8, 24000), fragment(1, 10, 180000));

for (const size of [1, 7, 100, stream.length]) {
  test(`frames come out of portions of ${size} bytes`, () => {
    const reader = new Mp4Reader(TYPE);
    const found = [];
    for (let at = 0; at < stream.length; at += size) found.push(...reader.feed(stream.subarray(at, at + size)));
    const [first, ...frames] = found;
    assert.deepEqual([first.kind, first.type, first.sound, first.data], ["init", TYPE, true, init]);
    assert.deepEqual(frames.map(({ kind, key, counter }) => [kind, key, counter]), [["video", true, 7], ["audio", false, 8], ["video", false, 10]]);
    assert.deepEqual(frames.map(({ time, captured }) => [time, captured]), [[1, 1_000_500], [1.5, 1_001_000], [2, 1_001_500]]);
    assert.equal(frames.reduce((sum, { bytes }) => sum + bytes, init.length), stream.length);
  });
}

test("data that is not MP4 is detected", () => {
  assert.throws(() => new Mp4Reader(TYPE).feed(text("Request failed: no picture\r\n")), /box/);
  assert.throws(() => new Mp4Reader(TYPE).feed(fragment(1, 0, 0)), /unknown track/);
  assert.equal(Mp4Reader.of({ headers: new Headers({ "Content-Type": "text/plain" }) }), null);
  assert.ok(Mp4Reader.of({ headers: new Headers({ "Content-Type": TYPE }) }));
});

test("a recording begins at zero, without the time of capture", () => {
  const [, frame] = new Mp4Reader(TYPE).feed(stream);
  const moved = rebased({ ...frame, time: 2.5 }, 1);
  const view = new DataView(moved.buffer);
  assert.equal(view.getBigUint64(findBox(moved, "moof/traf/tfdt").start + 4), 135000n);
  assert.equal(findBox(moved, "prft"), undefined);
  assert.equal(moved.length, frame.data.length - prft.length);
});
