// Talk requests: the microphone of this device, and the turn at the camera's speaker.

import { cameraUrl, sendCommand } from "../shared/camera_request.js";

const PATH = "cgi/audio/talk.cgi";
const REASONS = { NotAllowedError: "this page may not use the microphone", NotFoundError: "there is no microphone" };

/** @returns {Promise<MediaStream>} the microphone's sound; rejected with a message for the user */
export async function openMicrophone() {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, channelCount: 1 } });
  } catch (error) {
    throw new Error(REASONS[error.name] ?? error.message, { cause: error });
  }
}

/**
 * Take the turn at the speaker, or keep it for two seconds more, and play a piece of u-law.
 *
 * @param {string} session name of the talk
 * @param {Uint8Array} piece may be empty
 * @param {boolean} isLast the turn ends
 * @returns {Promise<string>} why it is not played; "" if it is
 */
export function requestTalk(session, piece, isLast) {
  const url = cameraUrl(PATH, { session, last: isLast ? "yes" : "no" });
  return sendCommand(url, new Blob([piece], { type: "audio/basic" }));
}
