// Stream choice: which streams this browser can play here and by which means, and which one the person has chosen.

const KEPT_AS = "stream"; // in the browser's storage
const VIDEO = "avc1.42e01f"; // the profile and level that the camera's 720p has
const MP4 = `video/mp4; codecs="${VIDEO},mp4a.40.2"`;

/**
 * @typedef {object} Means
 * @property {string} title of the stream
 * @property {string} by the part of the browser that plays it
 * @property {string} path
 * @property {() => Promise<{Renderer: Function, read: Function}>} load what draws it, and what reads an answer
 * @property {boolean} [tellsLevels] its frames hold the motion levels
 */

const MJPEG = {
  title: "MJPEG",
  by: "single pictures",
  path: "cgi/mjpg/mjpeg.cgi",
  async load() {
    const [{ JpegRenderer }, { readParts }] = await Promise.all([import("./jpeg_renderer.js"), import("./multipart.js")]);
    return { Renderer: JpegRenderer, read: readParts };
  },
  tellsLevels: true,
};
const WEB_CODECS = {
  title: "H.264",
  by: "by WebCodecs",
  path: "cgi/mpeg/stream1.cgi?codec=h264",
  async load() {
    const [{ H264Renderer }, { readParts }] = await Promise.all([import("./h264_renderer.js"), import("./multipart.js")]);
    return { Renderer: H264Renderer, read: readParts };
  },
  tellsLevels: true,
};
const MSE = {
  title: "H.264",
  by: "by MSE",
  path: "cgi/mp4/live.cgi",
  async load() {
    const [{ MseRenderer }, { Mp4Reader }] = await Promise.all([import("../mp4/mse_renderer.js"), import("../mp4/mp4_reader.js")]);
    return { Renderer: MseRenderer, read: Mp4Reader.of };
  },
};

/** The streams that can be played here, the best one first. @returns {Promise<Map<string, Means>>} */
export async function playableStreams() {
  const streams = new Map();
  if (await canDecodeH264()) streams.set("h264", WEB_CODECS);
  else if (canPlayMp4()) streams.set("h264", MSE);
  return streams.set("mjpeg", MJPEG);
}

/** Whether WebCodecs decode H.264: browsers offer them over HTTPS or from localhost only. */
async function canDecodeH264() {
  if (!("VideoDecoder" in globalThis)) return false;
  return VideoDecoder.isConfigSupported({ codec: VIDEO }).then(({ supported }) => supported, () => false);
}

/** Whether Media Source Extensions play it: on iPhones the managed ones. */
function canPlayMp4() {
  return Boolean((globalThis.ManagedMediaSource ?? globalThis.MediaSource)?.isTypeSupported(MP4));
}

/** The stream chosen on an earlier visit; null: none. */
export function rememberedStream() {
  try {
    return localStorage.getItem(KEPT_AS);
  } catch {
    return null; // the person allows no storage
  }
}

/** @param {string} name */
export function rememberStream(name) {
  try {
    localStorage.setItem(KEPT_AS, name);
  } catch {
    // then it is asked anew on the next visit
  }
}
