// Playback methods: the streams that this browser can play, by which of its interfaces, and the user's selection.

const KEPT_AS = "stream"; // in the browser's storage
export const NO_PICTURE_MS = 30_000; // milliseconds without a picture after which a method counts as unplayable

/** The codecs of video streams, with their names in the browser: profile and level are those of the camera's 720p. */
const CODECS = new Map([
  ["h264", { title: "H.264", inMp4: "avc1.42e01f", bare: "avc1.42e01f" }],
  ["h265", { title: "H.265", inMp4: "hvc1.1.6.L93.B0", bare: "hev1.1.6.L93.B0" }],
]);

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
    const [{ JpegRenderer }, { readParts }] = await Promise.all([import("../renderers/jpeg_renderer.js"), import("../stream/multipart_parser.js")]);
    return { Renderer: JpegRenderer, read: readParts, ...(await overHttp()) };
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
const RENDERERS = {
  h264: async () => (await import("../renderers/h264_renderer.js")).H264Renderer,
  h265: async () => (await import("../renderers/h265_renderer.js")).H265Renderer,
};

function webCodecs(name) {
  return {
    title: titleOf(name),
    by: "by WebCodecs",
    path: `cgi/mpeg/stream1.cgi?codec=${name}`,
    async load() {
      const [Renderer, { readParts }] = await Promise.all([RENDERERS[name](), import("../stream/multipart_parser.js")]);
      return { Renderer, read: readParts, ...(await overHttp()) };
    },
    tellsLevels: true,
  };
}

function mse(name) {
  return {
    title: titleOf(name),
    by: "by MSE",
    path: `cgi/mp4/live.cgi?codec=${name}`,
    async load() {
      const [{ MseRenderer }, { Mp4Reader }] = await Promise.all([import("../renderers/mse_renderer.js"), import("../mp4/mp4_reader.js")]);
      return { Renderer: MseRenderer, read: Mp4Reader.of, ...(await overHttp()) };
    },
  };
}

async function overHttp() {
  const { HttpStream } = await import("../stream/http_stream.js");
  return { Client: HttpStream };
}

/** @param {string} name of a stream */
export function titleOf(name) {
  return CODECS.get(name)?.title ?? MJPEG.title;
}

/**
 * The streams that can be played here, the best one first.
 *
 * @param {boolean} hasWebRtc whether the camera offers it
 * @returns {Promise<Map<string, PlaybackMethod>>}
 */
export async function playableStreams(hasWebRtc) {
  const streams = new Map();
  for (const name of CODECS.keys()) {
    const methods = await methodsOverHttp(name);
    if (name === "h264" && hasWebRtc && canReceiveH264()) methods.unshift(WEB_RTC);
    if (methods.length) streams.set(name, methods.reduceRight((otherwise, each) => ({ ...each, otherwise })));
  }
  return streams.set("mjpeg", MJPEG);
}

/** Playback methods of the stream over HTTP, the best first. */
async function methodsOverHttp(name) {
  const { inMp4, bare } = CODECS.get(name);
  return [...((await canDecode(bare)) ? [webCodecs(name)] : []), ...(canPlayMp4(inMp4) ? [mse(name)] : [])];
}

/** Whether WebRTC plays H.264, and reports each picture. */
function canReceiveH264() {
  if (!("RTCPeerConnection" in globalThis && "requestVideoFrameCallback" in HTMLVideoElement.prototype)) return false;
  const { codecs = [] } = globalThis.RTCRtpReceiver?.getCapabilities?.("video") ?? {};
  return codecs.some(({ mimeType }) => mimeType.toLowerCase() === "video/h264");
}

/** Whether WebCodecs decode it: browsers offer them over HTTPS or from localhost only. */
async function canDecode(codec) {
  if (!("VideoDecoder" in globalThis)) return false;
  return VideoDecoder.isConfigSupported({ codec }).then(({ supported }) => supported, () => false);
}

/** Whether Media Source Extensions play it with sound: on iPhones the managed ones. */
function canPlayMp4(codec) {
  const type = `video/mp4; codecs="${codec},mp4a.40.2"`;
  return Boolean((globalThis.ManagedMediaSource ?? globalThis.MediaSource)?.isTypeSupported(type));
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
