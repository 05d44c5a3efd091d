// Sizes in words: decimal units, as SI and all pages have them.

import assert from "node:assert/strict";
import { test } from "node:test";

const { sizeWords } = await import(`${process.env.MODULES}/size/size_words.js`);

const CASES = [
  [0, "0 kB"],
  [100, "0.1 kB"],
  [1500, "1.5 kB"],
  [9949, "9.9 kB"],
  [9951, "10 kB"],
  [999_499, "999 kB"],
  [999_500, "1.0 MB"],
  [1_400_000, "1.4 MB"],
  [45_000_000, "45 MB"],
  [1e10, "10 GB"],
  [2e15, "2000 TB"],
];
for (const [bytes, words] of CASES) test(`${bytes} bytes are ${words}`, () => assert.equal(sizeWords(bytes), words));
