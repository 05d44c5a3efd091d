// Which segment of a recording is fetched next, and what is said when it does not come.

import assert from "node:assert/strict";
import { test } from "node:test";

const { fetched, missing, UNPLAYABLE } = await import(`${process.env.MODULES}/recordings/segment_player.js`);

const recording = { length: 180, segment: 4.096 }; // 44 segments, the last one from 176.128 on

test("the segment that is looked at comes first, then those after it", () => {
  assert.equal(missing(recording, [], 0), 0);
  assert.equal(missing(recording, [], 120.5), 29);
  assert.equal(missing(recording, [[0, 4.095999]], 0), 1);
  assert.equal(missing(recording, [[0, 8.192], [118.784, 122.88]], 120.5), 30);
});

test("fetching stops when the buffer is full", () => {
  assert.equal(missing(recording, [[0, 24.576]], 1), null);
  assert.equal(missing(recording, [[0, 24.576]], 5), 6);
});

test("the end", () => {
  assert.equal(missing(recording, [], 180), 43);
  assert.equal(missing(recording, [[172.032, 179.99]], 175), null);
  assert.equal(missing({ length: 0.3, segment: 4.096 }, [], 0), 0);
  assert.equal(missing({ length: 0.3, segment: 4.096 }, [[0, 0.384]], 0), null);
  assert.equal(missing({ length: 8.192, segment: 4.096 }, [], 8.192), 1);
});

test("a segment that the browser threw away in part comes again", () => {
  assert.equal(missing(recording, [[2, 30]], 1), 0);
});

test("errors are described in words", async () => {
  const answering = (status) => async () => ({ ok: status === 200, status });
  globalThis.fetch = answering(200);
  assert.equal((await fetched("/web/segment")).status, 200);
  globalThis.fetch = answering(404);
  await assert.rejects(fetched("/web/segment"), { message: "The recording no longer exists." });
  globalThis.fetch = answering(503);
  await assert.rejects(fetched("/web/segment"), { message: UNPLAYABLE });
  globalThis.fetch = async () => { throw new TypeError("Failed to fetch"); };
  await assert.rejects(fetched("/web/segment"), { message: "The camera does not answer." });
  globalThis.fetch = async () => { throw new DOMException("", "AbortError"); };
  await assert.rejects(fetched("/web/segment"), { name: "AbortError" });
});
