// H.264 renderer: decodes with WebCodecs.

import { WebCodecsRenderer, findUnit } from "./web_codecs_renderer.js";

const SPS = 7; // type of a NAL unit

/** Draws H.264. */
export class H264Renderer extends WebCodecsRenderer {
  /** See `WebCodecsRenderer`. */
  codecName(data) {
    const sps = findUnit(data, (first) => (first & 31) === SPS);
    // profile, constraints, level
    return sps && "avc1." + Array.from(sps.subarray(1, 4), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}
