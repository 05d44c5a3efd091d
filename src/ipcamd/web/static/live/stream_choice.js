// Stream choice: the streams that this browser can play, their playback methods, and the user's selection.

const KEPT_AS = "stream"; // in the browser's storage
const VIDEO = "avc1.42e01f"; // profile and level of the camera's 720p
const MP4 = `video/mp4; codecs="${VIDEO},mp4a.40.2"`;

/**
 * @typedef {object} PlaybackMethod
 * @property {string} title of the stream
 * @property {string} by name of the browser's interface that plays it
 * @property {string} path
 * @property {() => Promise<{Renderer: Function, Client: Function, read?: Function}>} load its renderer and its client,
 *   and the reader of its answer
 * @property {boolean} [tellsLevels] its frames contain the motion levels
 * @property {boolean} [countsDrawn] only its drawn pictures are known
 * @property {PlaybackMethod} [otherwise] fallback for the same stream
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
 * @param {boolean} hasWebRtc whether the camera offers it
 * @returns {Promise<Map<string, PlaybackMethod>>}
 */
export async function playableStreams(hasWebRtc) {
  const streams = new Map();
  const otherwise = (await canDecodeH264()) ? WEB_CODECS : canPlayMp4() ? MSE : undefined;
  if (hasWebRtc && canReceiveH264()) streams.set("h264", { ...WEB_RTC, otherwise });
  else if (otherwise) streams.set("h264", otherwise);
  return streams.set("mjpeg", MJPEG);
}

/** Whether WebRTC plays H.264, and reports each picture. */
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
    return null; // the user forbids storage
  }
}

/** @param {string} name */
export function rememberStream(name) {
  try {
    localStorage.setItem(KEPT_AS, name);
  } catch {
    // then the next visit uses the default
  }
}
