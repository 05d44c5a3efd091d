// Windows of motion detection: conversion from and to /setup.cgi (SDK 4), and geometry of dragging.

import { readValues } from "../shared/camera_request.js";

export const WIDTH = 640; // size of the picture in coordinates of windows
export const HEIGHT = 480;
export const COLUMNS = 4; // of the grid
export const ROWS = 3;
export const NAME = 14; // characters

const SMALLEST = 16; // minimum size of a dragged window, in pixels of 640x480
const NEAR = 8; // distance at which it snaps to the picture's border

/**
 * @typedef {object} Area
 * @property {number} left
 * @property {number} top
 * @property {number} right exclusive
 * @property {number} bottom
 *
 * @typedef {object} Rest the other settings of a window
 * @property {string} name
 * @property {boolean} enabled
 * @property {number} sensitivity 0 to 100
 * @property {number} percent 0 to 100
 * @property {boolean[]} cells of the grid, row by row
 *
 * @typedef {Area & Rest} Zone a motion window; `window` is the browser's
 */

/**
 * @param {string} text lines of name=value
 * @returns {{on: boolean, zones: Zone[]}}
 */
export function read(text) {
  const values = readValues(text);
  const names = values.mdname.split("|");
  const percents = values.mdpercent.split("|").map(Number);
  const zones = values.mddata.split("|").map((part, number) => {
    const [enable, left, top, right, bottom, sensitivity] = part.split(",").map(Number);
    const digits = [...values.mddatanormalize.slice(number * ROWS, (number + 1) * ROWS)];
    const cells = digits.flatMap((digit) => Array.from({ length: COLUMNS }, (_, bit) => Boolean((parseInt(digit, 16) >> bit) & 1)));
    return { name: names[number] ?? "", enabled: enable === 1, left, top, right, bottom, sensitivity, percent: percents[number], cells };
  });
  return { on: values.motionenable === "1", zones };
}

/**
 * @param {{on: boolean, zones: Zone[]}} settings
 * @returns {URLSearchParams} arguments for /setup.cgi
 */
export function write({ on, zones }) {
  const data = zones.map((z) => [z.enabled ? 1 : 0, z.left, z.top, z.right, z.bottom, z.sensitivity].join(","));
  return new URLSearchParams({
    mdname: zones.map((zone) => zone.name).join("|"),
    mdpercent: zones.map((zone) => zone.percent).join("|"),
    mddata: data.join("|"),
    mddatanormalize: zones.map(digits).join("") + "0",
    motionenable: on ? "1" : "0",
  });
}

function digits({ cells }) {
  const rows = Array.from({ length: ROWS }, (_, row) => cells.slice(row * COLUMNS, (row + 1) * COLUMNS));
  return rows.map((row) => row.reduce((sum, cell, bit) => sum + (cell << bit), 0).toString(16)).join("");
}

/** Return the error in the answer's lines; "" if everything is saved. */
export function complaint(answer) {
  const lines = answer.split("\r\n").filter(Boolean);
  const wrong = lines.find((line) => line.startsWith("NG ") && !line.includes(" not changed, because ")) ?? lines.find((line) => !line.startsWith("OK "));
  return wrong ?? (lines.length ? "" : "the camera did not answer");
}

/** @param {Area} area */
export function isEmpty({ left, top, right, bottom }) {
  return right <= left || bottom <= top;
}

/** Borders of the picture that it touches: n, e, s, w. @param {Area} area @returns {string[]} */
export function borders({ left, top, right, bottom }) {
  const distances = { n: top, e: WIDTH - right, s: HEIGHT - bottom, w: left };
  return Object.keys(distances).filter((border) => distances[border] < NEAR);
}

/** Stacking order of the windows: smaller ones over larger ones, so that each can be dragged. @param {Area[]} zones */
export function layers(zones, selected) {
  const size = ({ left, top, right, bottom }) => (right - left) * (bottom - top);
  const order = [...zones.keys()].sort((a, b) => size(zones[b]) - size(zones[a]) || (a === selected) - (b === selected));
  return zones.map((_, number) => order.indexOf(number));
}

/** The rectangle and the cells that belong to a window. @param {Zone} zone @returns {Area[]} */
export function areas(zone) {
  const [width, height] = [WIDTH / COLUMNS, HEIGHT / ROWS];
  const cells = zone.cells.flatMap((on, number) => {
    const [left, top] = [(number % COLUMNS) * width, Math.floor(number / COLUMNS) * height];
    return on ? [{ left, top, right: left + width, bottom: top + height }] : [];
  });
  return isEmpty(zone) ? cells : [zone, ...cells];
}

/** @param {Area} area @returns {Area} shifted, and still within the picture */
export function moved({ left, top, right, bottom }, dx, dy) {
  const x = clamp(Math.round(dx), -left, WIDTH - right);
  const y = clamp(Math.round(dy), -top, HEIGHT - bottom);
  return { left: left + x, top: top + y, right: right + x, bottom: bottom + y };
}

/**
 * @param {Area} area
 * @param {string} edges dragged edges, some of n, e, s, w
 * @returns {Area} at least as large as the minimum
 */
export function resized({ left, top, right, bottom }, edges, dx, dy) {
  const [x, y] = [Math.round(dx), Math.round(dy)];
  if (edges.includes("w")) left = clamp(left + x, 0, right - SMALLEST);
  if (edges.includes("e")) right = clamp(right + x, left + SMALLEST, WIDTH);
  if (edges.includes("n")) top = clamp(top + y, 0, bottom - SMALLEST);
  if (edges.includes("s")) bottom = clamp(bottom + y, top + SMALLEST, HEIGHT);
  return { left, top, right, bottom };
}

/** The rectangle between two corners, in any order. @returns {Area|null} null: too small to be intended */
export function between(x, y, otherX, otherY) {
  const [left, right] = [x, otherX].map((value) => clamp(Math.round(value), 0, WIDTH)).sort((a, b) => a - b);
  const [top, bottom] = [y, otherY].map((value) => clamp(Math.round(value), 0, HEIGHT)).sort((a, b) => a - b);
  return right - left < SMALLEST || bottom - top < SMALLEST ? null : { left, top, right, bottom };
}

/**
 * Position of the camera's picture on the page, without the black bars that the stream adds for another aspect ratio, and
 * without those that the page adds.
 *
 * @param {{width: number, height: number}} picture of the camera
 * @param {{width: number, height: number}} size of the stream
 * @param {{width: number, height: number}} available space on the page
 * @returns {{left: number, top: number, width: number, height: number}} in pixels of that space
 */
export function inside(picture, stream, room) {
  const shown = fit(stream, room);
  return fit(picture, shown, shown);
}

function fit(what, room, { left = 0, top = 0 } = {}) {
  const scale = Math.min(room.width / what.width, room.height / what.height);
  const [width, height] = [what.width * scale, what.height * scale];
  return { left: left + (room.width - width) / 2, top: top + (room.height - height) / 2, width, height };
}

function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}
