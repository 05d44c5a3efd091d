// Stream choice: which streams this browser can play here and by which means, and which one the person has chosen.

const KEPT_AS = "stream"; // in the browser's storage
const VIDEO = "avc1.42e01f"; // the profile and level that the camera's 720p has
const MP4 = `video/mp4; codecs="${VIDEO},mp4a.40.2"`;

/**
 * @typedef {object} Means
 * @property {string} title of the stream
 * @property {string} by the part of the browser that plays it
 * @property {string} path
 * @property {() => Promise<{Renderer: Function, Client: Function, read?: Function}>} load what draws it, what receives it,
 *   and what reads an answer
 * @property {boolean} [tellsLevels] its frames hold the motion levels
 * @property {boolean} [countsDrawn] what is drawn is all that is known of its pictures
 * @property {Means} [otherwise] what plays the stream where this one fails
 */

const MJPEG = {
  title: "MJPEG",
  by: "single pictures",
  path: "cgi/mjpg/mjpeg.cgi",
  async load() {
    const [{ JpegRenderer }, { readParts }] = await Promise.all([import("../renderers/jpeg_renderer.js"), import("./multipart.js")]);
    return { Renderer: JpegRenderer, read: readParts, ...(await overHttp()) };
  },
  tellsLevels: true,
};
const WEB_CODECS = {
  title: "H.264",
  by: "by WebCodecs",
  path: "cgi/mpeg/stream1.cgi?codec=h264",
  async load() {
    const [{ H264Renderer }, { readParts }] = await Promise.all([import("../renderers/h264_renderer.js"), import("./multipart.js")]);
    return { Renderer: H264Renderer, read: readParts, ...(await overHttp()) };
  },
  tellsLevels: true,
};
const WEB_RTC = {
  title: "H.264",
  by: "by WebRTC",
  path: "whep/h264",
  async load() {
    const [{ WebRtcRenderer }, { WhepClient }] = await Promise.all([import("../renderers/webrtc_renderer.js"), import("../stream/whep_client.js")]);
    return { Renderer: WebRtcRenderer, Client: WhepClient };
  },
  countsDrawn: true,
};
const MSE = {
  title: "H.264",
  by: "by MSE",
  path: "cgi/mp4/live.cgi",
  async load() {
    const [{ MseRenderer }, { Mp4Reader }] = await Promise.all([import("../renderers/mse_renderer.js"), import("../mp4/mp4_reader.js")]);
    return { Renderer: MseRenderer, read: Mp4Reader.of, ...(await overHttp()) };
  },
};

async function overHttp() {
  const { HttpStream } = await import("../stream/http_stream.js");
  return { Client: HttpStream };
}

/**
 * The streams that can be played here, the best one first.
 *
 * @param {boolean} hasWebRtc the camera offers it
 * @returns {Promise<Map<string, Means>>}
 */
export async function playableStreams(hasWebRtc) {
  const streams = new Map();
  const otherwise = (await canDecodeH264()) ? WEB_CODECS : canPlayMp4() ? MSE : undefined;
  if (hasWebRtc && canReceiveH264()) streams.set("h264", { ...WEB_RTC, otherwise });
  else if (otherwise) streams.set("h264", otherwise);
  return streams.set("mjpeg", MJPEG);
}

/** Whether WebRTC plays H.264, and tells of each picture. */
function canReceiveH264() {
  if (!("RTCPeerConnection" in globalThis && "requestVideoFrameCallback" in HTMLVideoElement.prototype)) return false;
  const { codecs = [] } = globalThis.RTCRtpReceiver?.getCapabilities?.("video") ?? {};
  return codecs.some(({ mimeType }) => mimeType.toLowerCase() === "video/h264");
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
