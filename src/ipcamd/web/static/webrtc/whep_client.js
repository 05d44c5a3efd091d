// WHEP client: one WebRTC session with the camera, and another one after any end.

import { Ended, Retrying, ended, refusal } from "../stream/retrying.js";
import { cameraUrl } from "../shared/camera_url.js";

const TYPE = "application/sdp";
const UNREACHABLE = 5000; // milliseconds: the network does not let the media through
const POLL = 500; // milliseconds between two looks at what has come
const SILENCE = 8000; // milliseconds without a byte: the connection is dead
const OVER = ["closed", "failed"];
const TRY_LATER = [401, 403, 429, 503]; // refusals that say nothing about WebRTC

/** RTP time stamp of 1970 in the video section of an answer (RFC 7273); null without one. @param {string} sdp */
export function clockOffset(sdp) {
  const video = sdp.split("m=").find((section) => section.startsWith("video "));
  const found = video?.match(/^a=mediaclk:direct=(\d+)/m);
  return found ? Number(found[1]) : null;
}

/** One stream, watched from `start` to `stop`, like `Stream`. */
export class WhepClient {
  #path;
  #listener;
  #retrying;

  /** @param {string} path @param {import("../stream/retrying.js").Listener} listener */
  constructor(path, listener) {
    this.#path = path;
    this.#listener = listener;
    this.#retrying = new Retrying((stopped) => this.#watch(stopped), listener);
  }

  /** Begin to watch. */
  start() {
    this.#retrying.start();
  }

  /** End the session. */
  stop() {
    this.#retrying.stop();
  }

  /** Retry at once. */
  hurry() {
    this.#retrying.hurry();
  }

  /** Watch until the session ends; return why it did, or null: it cannot be played here. */
  async #watch(stopped) {
    const connection = new RTCPeerConnection();
    const media = new MediaStream();
    connection.addEventListener("track", ({ track, receiver }) => {
      if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0; // as little delay as the network allows
      media.addTrack(track);
    });
    let session = null;
    try {
      const answer = await this.#offer(connection, stopped);
      if (!answer) return this.#giveUp();
      session = answer.session;
      if (!(await isConnected(connection, stopped))) return this.#giveUp();
      this.#listener.connected();
      this.#listener.frame({ kind: "init", media, clockOffset: clockOffset(answer.sdp) });
      return await this.#receive(connection, stopped);
    } catch (error) {
      return ended(error, stopped.aborted);
    } finally {
      end(connection, session);
    }
  }

  #giveUp() {
    this.#listener.unplayable();
    return null;
  }

  /** Exchange offer and answer; null: the camera does not speak WebRTC with this browser. */
  async #offer(connection, signal) {
    for (const kind of ["video", "audio"]) connection.addTransceiver(kind, { direction: "recvonly" });
    await connection.setLocalDescription();
    const headers = { "Content-Type": TYPE, "X-Camera-Page": "1" };
    const url = cameraUrl(this.#path);
    const answer = await fetch(url, { method: "POST", headers, body: connection.localDescription.sdp, signal, cache: "no-store" });
    if (answer.status >= 400 && answer.status < 500 && !TRY_LATER.includes(answer.status)) return null;
    if (answer.status !== 201) throw refusal(answer);
    const sdp = await answer.text();
    await connection.setRemoteDescription({ type: "answer", sdp });
    return { sdp, session: new URL(answer.headers.get("Location"), url) };
  }

  /** Look at what comes until nothing more does; return why. */
  async #receive(connection, stopped) {
    let seen = { bytes: 0, lost: 0, sound: 0 };
    let heard = performance.now();
    const transport = connection.getReceivers()[0].transport;
    while (!stopped.aborted) {
      await Promise.race([new Promise((resolve) => setTimeout(resolve, POLL)), happens(transport, "statechange", stopped)]);
      if (OVER.includes(transport.state) || OVER.includes(connection.connectionState)) return new Ended("The camera closed the stream");
      const now = await received(connection);
      if (now.bytes > seen.bytes) heard = performance.now();
      if (performance.now() - heard > SILENCE) return new Ended("The stream has stopped");
      const hasSound = now.sound > seen.sound;
      this.#listener.frame({ kind: "traffic", bytes: now.bytes - seen.bytes, lost: now.lost - seen.lost, hasSound });
      seen = now;
    }
    return new Ended("The stream has stopped");
  }
}

/** Bytes that came, those of sound among them, and pictures that were lost. */
async function received(connection) {
  const sums = { bytes: 0, lost: 0, sound: 0 };
  for (const report of (await connection.getStats()).values()) {
    if (report.type !== "inbound-rtp") continue;
    sums.bytes += report.bytesReceived;
    sums.lost += report.framesDropped ?? 0;
    if (report.kind === "audio") sums.sound += report.bytesReceived;
  }
  return sums;
}

/** Whether the connection comes about. */
async function isConnected(connection, stopped) {
  const late = new Promise((resolve) => setTimeout(resolve, UNREACHABLE, "late"));
  while (!["connected", ...OVER].includes(connection.connectionState) && !stopped.aborted) {
    if ((await Promise.race([late, happens(connection, "connectionstatechange", stopped)])) === "late") break;
  }
  return connection.connectionState === "connected" || stopped.aborted;
}

/** End a connection, and the camera's session unless the camera has ended it. */
async function end(connection, session) {
  const isOver = OVER.includes(connection.getReceivers()[0]?.transport?.state);
  const request = { method: "DELETE", headers: { "X-Camera-Page": "1" }, keepalive: true };
  if (session && !isOver) await fetch(session, request).catch(() => {}); // the camera notices by itself, later
  connection.close();
}

/** Resolves at the next event of that name, or when it is stopped. */
function happens(target, name, stopped) {
  return new Promise((resolve) => {
    target.addEventListener(name, resolve, { once: true });
    stopped.addEventListener("abort", resolve, { once: true });
  });
}
