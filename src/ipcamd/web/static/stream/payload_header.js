// Payload header: the 28 bytes before each payload (SDK 3.1), seven 32-bit words, little end first.

export const HEADER = 28;

const JPEG = "J".charCodeAt(0);
const AUDIO = "A".charCodeAt(0);

/**
 * @typedef {object} Frame
 * @property {"jpeg"|"audio"|"video"} kind
 * @property {boolean} key a decoder can start here
 * @property {number} counter one per stream and kind, modulo 2**32; a gap means lost frames
 * @property {number} captured milliseconds since the epoch, by the camera's clock
 * @property {number[]} levels of the motion windows, 0 to 255
 * @property {number} bytes of the whole part
 * @property {Uint8Array} data the payload
 */

/**
 * @param {Uint8Array} body a part's body
 * @returns {Frame}
 * @throws {Error} if it has no valid header
 */
export function readPayload(body) {
  if (body.length < HEADER) throw new Error("a part too short for its header");
  const word = new DataView(body.buffer, body.byteOffset, HEADER);
  const size = word.getUint32(4, true);
  if (size !== body.length - HEADER) throw new Error("a payload that is not as long as its header says");
  const type = word.getUint32(8, true);
  const status = word.getUint32(24, true);
  return {
    kind: type === JPEG ? "jpeg" : type === AUDIO ? "audio" : "video",
    key: type === JPEG || type === 0,
    counter: word.getUint32(0, true),
    captured: word.getUint32(12, true) * 1000 + word.getUint32(16, true) / 1000,
    levels: [status & 255, (status >> 8) & 255, (status >> 16) & 255],
    bytes: body.length,
    data: body.subarray(HEADER),
  };
}
