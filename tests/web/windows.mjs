// The windows of motion detection: what /setup.cgi says and is told, and what dragging does.

import assert from "node:assert/strict";
import { test } from "node:test";

const { areas, between, borders, complaint, inside, isEmpty, layers, moved, read, resized, write } = await import(`${process.env.MODULES}/motion/windows.js`);

const LISTED = [
  "mdname=Back yard|Gate",
  "mdpercent=10|50|100",
  "motionenable=1",
  "mddata=1,10,20,300,400,80|0,0,0,0,0,50|1,0,0,640,480,0",
  "mddatanormalize=1248f00030",
  "",
].join("\r\n");

test("what the camera lists is understood", () => {
  const { on, zones } = read(LISTED);
  assert.equal(on, true);
  assert.deepEqual(zones.map((z) => [z.name, z.enabled, z.left, z.top, z.right, z.bottom, z.sensitivity, z.percent]), [
    ["Back yard", true, 10, 20, 300, 400, 80, 10],
    ["Gate", false, 0, 0, 0, 0, 50, 50],
    ["", true, 0, 0, 640, 480, 0, 100],
  ]);
  const cells = zones.map((zone) => zone.cells.map(Number).join(""));
  assert.deepEqual(cells, ["100001000010", "000111110000", "000000001100"]);
});

test("what is sent reads the same again", () => {
  const sent = write(read(LISTED));
  assert.deepEqual(Object.fromEntries(sent), {
    mdname: "Back yard|Gate|",
    mdpercent: "10|50|100",
    mddata: "1,10,20,300,400,80|0,0,0,0,0,50|1,0,0,640,480,0",
    mddatanormalize: "1248f00030",
    motionenable: "1",
  });
  const lines = [...sent].map(([name, value]) => `${name}=${value}`).join("\n");
  assert.deepEqual(read(lines), read(LISTED));
});

const ANSWERS = [
  ["OK mddata\r\nOK mdname\r\n", ""],
  ["NG mddata allowed: window 1: right 0 to 640\r\nNG mdname not changed, because mddata cannot be\r\n", "NG mddata allowed: window 1: right 0 to 640"],
  ["NG mdname not changed, because mddata cannot be\r\nNG mddata allowed: x\r\n", "NG mddata allowed: x"],
  ["Request failed: the disk is full\r\n", "Request failed: the disk is full"],
  ["", "the camera did not answer"],
];
for (const [answer, said] of ANSWERS) {
  test(`an answer is understood: ${said || "saved"}`, () => assert.equal(complaint(answer), said));
}

const box = (left, top, right, bottom) => ({ left, top, right, bottom });

const MOVES = [
  [box(100, 100, 200, 180), 10.4, -20.6, box(110, 79, 210, 159)],
  [box(100, 100, 200, 180), -500, 0, box(0, 100, 100, 180)],
  [box(100, 100, 200, 180), 900, 900, box(540, 400, 640, 480)],
  [box(0, 0, 640, 480), 5, 5, box(0, 0, 640, 480)],
];
for (const [area, dx, dy, after] of MOVES) {
  test(`moved by ${dx}, ${dy} it stays as large and within the picture`, () => assert.deepEqual(moved(area, dx, dy), after));
}

const SIZES = [
  ["se", 10, 20, box(100, 100, 210, 200)],
  ["nw", -10, 20, box(90, 120, 200, 180)],
  ["n", 50, -500, box(100, 0, 200, 180)],
  ["w", 500, 0, box(184, 100, 200, 180)],
  ["e", 999, 0, box(100, 100, 640, 180)],
  ["s", 0, -500, box(100, 100, 200, 116)],
];
for (const [edges, dx, dy, after] of SIZES) {
  test(`dragged at ${edges} it grows and shrinks there`, () => assert.deepEqual(resized(box(100, 100, 200, 180), edges, dx, dy), after));
}

test("two corners in whatever order are a rectangle", () => {
  assert.deepEqual(between(300, 200, 100, 250), box(100, 200, 300, 250));
  assert.deepEqual(between(-20, 470, 700, 300), box(0, 300, 640, 470));
  assert.equal(between(100, 100, 110, 300), null);
});

test("an area is the rectangle, if there is one, and the cells", () => {
  const zone = { ...box(5, 5, 5, 9), cells: Array(12).fill(false).with(5, true) };
  assert.ok(isEmpty(zone));
  assert.deepEqual(areas(zone), [box(160, 160, 320, 320)]);
  assert.equal(areas({ ...zone, right: 9 }).length, 2);
});

const PLACES = [
  ["as the stream", [1280, 720], [1280, 720], [640, 360], [0, 0, 640, 360]],
  ["bars in the stream", [768, 576], [1280, 720], [1280, 720], [160, 0, 960, 720]],
  ["bars on the page", [1280, 720], [1280, 720], [1000, 1000], [0, 218.75, 1000, 562.5]],
  ["bars in both", [768, 576], [1280, 720], [720, 1280], [90, 437.5, 540, 405]],
  ["flat", [640, 200], [640, 480], [640, 480], [0, 140, 640, 200]],
];
const size = ([width, height]) => ({ width, height });
for (const [name, picture, stream, room, [left, top, width, height]] of PLACES) {
  test(`the camera's picture is found on the page: ${name}`, () => {
    assert.deepEqual(inside(size(picture), size(stream), size(room)), { left, top, width, height });
  });
}

test("it is known at which borders of the picture a window lies", () => {
  assert.deepEqual(borders({ left: 0, top: 0, right: 640, bottom: 480 }), ["n", "e", "s", "w"]);
  assert.deepEqual(borders({ left: 8, top: 7, right: 633, bottom: 472 }), ["n", "e"]);
});

test("a smaller window lies over a larger one, of equal ones the selected one over the other", () => {
  const [whole, part] = [{ left: 0, top: 0, right: 640, bottom: 480 }, { left: 40, top: 40, right: 200, bottom: 200 }];
  assert.deepEqual(layers([part, whole, part], 1), [1, 0, 2]);
  assert.deepEqual(layers([part, whole, part], 0), [2, 0, 1]);
});
