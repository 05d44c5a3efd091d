// H.265 renderer: decodes with WebCodecs.

import { WebCodecsRenderer, findUnit } from "./web_codecs_renderer.js";

const SPS = 33; // type of a NAL unit
const PROFILE = 3; // bytes of an SPS before profile, tier and level, which take 12 (ITU-T H.265, 7.3.3)

/** Draws H.265. */
export class H265Renderer extends WebCodecsRenderer {
  /** See `WebCodecsRenderer`. */
  codecName(data) {
    const sps = findUnit(data, (first) => ((first >> 1) & 63) === SPS);
    const profile = sps && unescaped(sps, PROFILE + 12).slice(PROFILE);
    return profile?.length === 12 ? nameOf(profile) : null;
  }
}

/** Name of a profile, tier and level (ISO/IEC 14496-15, E.3). */
function nameOf(profile) {
  const space = ["", "A", "B", "C"][profile[0] >> 6];
  const tier = profile[0] & 32 ? "H" : "L";
  const flags = profile.slice(1, 5).map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const compatible = parseInt([...flags].reverse().join(""), 2);
  const constraints = profile.slice(5, 11);
  while (constraints.at(-1) === 0) constraints.pop();
  return ["hev1", space + (profile[0] & 31), hex(compatible), tier + profile[11], ...constraints.map(hex)].join(".");
}

function hex(number) {
  return number.toString(16).toUpperCase();
}

/** The first bytes of a NAL unit without the 3 after two zeros (7.4.2). */
function unescaped(unit, count) {
  const plain = [];
  for (let at = 0, zeros = 0; at < unit.length && plain.length < count; at++) {
    if (zeros >= 2 && unit[at] === 3) {
      zeros = 0;
      continue;
    }
    zeros = unit[at] === 0 ? zeros + 1 : 0;
    plain.push(unit[at]);
  }
  return plain;
}
