// Mask coordinates: conversion between the source's whole picture, to which the camera refers, and its visible part.

import { WIDTH, HEIGHT } from "../motion/windows.js";

/**
 * @typedef {import("../motion/windows.js").Area} Area
 * @typedef {{pan: number, tilt: number, zoom: number}} View pan and tilt -100 to 100, zoom from 1
 * @typedef {{left: number, top: number, width: number, height: number}} Box
 */

/** The same place in the mirrored picture; also converts back. @param {Area} area @returns {Area} */
export function mirrored({ left, top, right, bottom }, mirror, flip) {
  if (mirror) [left, right] = [WIDTH - right, WIDTH - left];
  if (flip) [top, bottom] = [HEIGHT - bottom, HEIGHT - top];
  return { left, top, right, bottom };
}

/** Position of the whole picture on the page. @param {Box} shown position of the visible part @param {View} view */
export function whole(shown, { pan, tilt, zoom }) {
  const [width, height] = [shown.width * zoom, shown.height * zoom];
  return {
    left: shown.left - ((width - shown.width) * (100 + pan)) / 200,
    top: shown.top - ((height - shown.height) * (100 - tilt)) / 200,
    width,
    height,
  };
}
