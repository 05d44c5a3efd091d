// WHEP client: receives a stream by WebRTC.

import { Ended, ReconnectingStream, ended, refusal } from "./reconnecting_stream.js";
import { cameraUrl } from "../shared/camera_request.js";

const TYPE = "application/sdp";
const CONNECT_MS = 10_000; // milliseconds after which the camera drops an offer that has not connected
const ATTEMPTS = 3; // attempts in a row that the camera answers without a complete connection
const POLL_MS = 500; // milliseconds between two readings of the statistics
const SILENCE_MS = 8000; // milliseconds without a byte: the connection is dead
const OVER = ["closed", "failed"];
const ANSWERED = ["connected", "completed", "disconnected"]; // states of ICE after an answer of the camera
const TRY_LATER = [401, 403, 429, 503]; // refusals unrelated to WebRTC

/** RTP time stamp of 1970 in the video section of an answer (RFC 7273); null without one. @param {string} sdp */
export function clockOffset(sdp) {
  const video = sdp.split("m=").find((section) => section.startsWith("video "));
  const found = video?.match(/^a=mediaclk:direct=(\d+)/m);
  return found ? Number(found[1]) : null;
}

/** One stream by WebRTC; each connection is a session of its own. */
export class WhepClient extends ReconnectingStream {
  #path;
  #incomplete = 0; // attempts in a row that the camera answered without a complete connection

  /** For talk, see `WebRtcTalk`; null while the camera accepts no talk. */
  talkChannel = null;

  /** @param {string} path @param {import("./reconnecting_stream.js").Listener} listener */
  constructor(path, listener) {
    super(listener);
    this.#path = path;
  }

  /** See `ReconnectingStream`; null: this browser cannot play the stream, or the network blocks it. */
  async watch(stopped) {
    const connection = new RTCPeerConnection();
    const media = new MediaStream();
    connection.addEventListener("track", ({ track, receiver }) => {
      if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0; // as little delay as the network allows
      media.addTrack(track);
    });
    let session = null;
    try {
      const answer = await this.#offer(connection, stopped);
      if (typeof answer === "string") return this.#giveUp(answer);
      session = answer.session;
      if (!(await isConnected(connection, stopped))) {
        session = null; // the camera drops an offer that has not connected
        return this.#judge(connection);
      }
      this.#incomplete = 0;
      this.talkChannel = talkChannel(connection, session);
      this.listener.connected();
      this.listener.frame({ kind: "init", media, clockOffset: clockOffset(answer.sdp) });
      return await this.#receive(connection, stopped);
    } catch (error) {
      return ended(error, stopped.aborted);
    } finally {
      this.talkChannel = null;
      end(connection, session);
    }
  }

  /** After an attempt without a connection: try again if the camera answered the browser's checks, else give up. */
  #judge(connection) {
    this.#incomplete += 1;
    const isAnswered = ANSWERED.includes(connection.iceConnectionState);
    if (isAnswered && this.#incomplete < ATTEMPTS) return new Ended("The connection was not completed");
    return this.#giveUp("unreachable");
  }

  /** @param {"unplayable" | "unreachable"} why @returns {null} */
  #giveUp(why) {
    this.listener[why]();
    return null;
  }

  /** Exchange offer and answer; return a reason to give up if the camera refuses. */
  async #offer(connection, signal) {
    connection.addTransceiver("video", { direction: "recvonly" });
    // nothing is sent until a microphone is added
    connection.addTransceiver("audio", { direction: navigator.mediaDevices?.getUserMedia ? "sendrecv" : "recvonly" });
    await connection.setLocalDescription();
    const headers = { "Content-Type": TYPE, "X-Camera-Page": "1" };
    const url = cameraUrl(this.#path);
    const answer = await fetch(url, { method: "POST", headers, body: connection.localDescription.sdp, signal, cache: "no-store" });
    if (answer.status === 404) return "unreachable"; // switched off at present
    if (answer.status >= 400 && answer.status < 500 && !TRY_LATER.includes(answer.status)) return "unplayable";
    if (answer.status !== 201) throw refusal(answer);
    const sdp = await answer.text();
    await connection.setRemoteDescription({ type: "answer", sdp });
    return { sdp, session: new URL(answer.headers.get("Location"), url) };
  }

  /** Report the traffic until it ends; return the reason. */
  async #receive(connection, stopped) {
    let seen = { bytes: 0, lost: 0, sound: 0 };
    let heard = performance.now();
    const transport = connection.getReceivers()[0].transport;
    while (!stopped.aborted) {
      await Promise.race([new Promise((resolve) => setTimeout(resolve, POLL_MS)), happens(transport, "statechange", stopped)]);
      if (OVER.includes(transport.state) || OVER.includes(connection.connectionState)) return new Ended("The camera closed the stream");
      const now = await received(connection);
      if (now.bytes > seen.bytes) heard = performance.now();
      if (performance.now() - heard > SILENCE_MS) return new Ended("The stream has stopped");
      const hasSound = now.sound > seen.sound;
      this.listener.frame({ kind: "traffic", bytes: now.bytes - seen.bytes, lost: now.lost - seen.lost, hasSound });
      seen = now;
    }
    return new Ended("The stream has stopped");
  }
}

/** Received bytes, those of sound, and lost pictures. */
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

/** Sender for the microphone's sound; null: the camera accepts no talk. */
function talkChannel(connection, session) {
  const sending = connection.getTransceivers().find(({ currentDirection }) => ["sendrecv", "sendonly"].includes(currentDirection));
  return sending ? { sender: sending.sender, session: session.pathname.split("/").at(-1) } : null;
}

/** Whether the connection succeeds. */
async function isConnected(connection, stopped) {
  const late = new Promise((resolve) => setTimeout(resolve, CONNECT_MS, "late"));
  while (!["connected", ...OVER].includes(connection.connectionState) && !stopped.aborted) {
    if ((await Promise.race([late, happens(connection, "connectionstatechange", stopped)])) === "late") break;
  }
  return connection.connectionState === "connected" || stopped.aborted;
}

/** End a connection, and its session unless the camera ends that by itself. */
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
