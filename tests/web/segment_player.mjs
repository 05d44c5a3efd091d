// Which part of a film is fetched next, and what is said when it does not come.

import assert from "node:assert/strict";
import { test } from "node:test";

const { fetched, missing, UNPLAYABLE } = await import(`${process.env.MODULES}/recordings/segment_player.js`);

const film = { length: 180, part: 4.096 }; // 44 parts, the last one from 176.128 on

test("the part that is looked at comes first, then those after it", () => {
  assert.equal(missing(film, [], 0), 0);
  assert.equal(missing(film, [], 120.5), 29);
  assert.equal(missing(film, [[0, 4.095999]], 0), 1);
  assert.equal(missing(film, [[0, 8.192], [118.784, 122.88]], 120.5), 30);
});

test("enough is enough", () => {
  assert.equal(missing(film, [[0, 24.576]], 1), null);
  assert.equal(missing(film, [[0, 24.576]], 5), 6);
});

test("the end", () => {
  assert.equal(missing(film, [], 180), 43);
  assert.equal(missing(film, [[172.032, 179.99]], 175), null);
  assert.equal(missing({ length: 0.3, part: 4.096 }, [], 0), 0);
  assert.equal(missing({ length: 0.3, part: 4.096 }, [[0, 0.384]], 0), null);
  assert.equal(missing({ length: 8.192, part: 4.096 }, [], 8.192), 1);
});

test("a part that the browser threw away in part comes again", () => {
  assert.equal(missing(film, [[2, 30]], 1), 0);
});

test("what goes wrong is said in words", async () => {
  const answering = (status) => async () => ({ ok: status === 200, status });
  globalThis.fetch = answering(200);
  assert.equal((await fetched("/web/part")).status, 200);
  globalThis.fetch = answering(404);
  await assert.rejects(fetched("/web/part"), { message: "The recording no longer exists." });
  globalThis.fetch = answering(503);
  await assert.rejects(fetched("/web/part"), { message: UNPLAYABLE });
  globalThis.fetch = async () => { throw new TypeError("Failed to fetch"); };
  await assert.rejects(fetched("/web/part"), { message: "The camera does not answer." });
  globalThis.fetch = async () => { throw new DOMException("", "AbortError"); };
  await assert.rejects(fetched("/web/part"), { name: "AbortError" });
});
