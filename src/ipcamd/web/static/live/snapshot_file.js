// Snapshot file: saves one picture as a JPEG.

import { getFromCamera } from "../shared/camera_request.js";
import { fileName, saveFile } from "./file_download.js";

/**
 * Save the picture on a canvas, or a new one of the camera.
 *
 * @param {string} title of the camera
 * @param {HTMLCanvasElement?} shown null: a new picture
 * @returns {Promise<string>} the file's name
 */
export async function saveSnapshotFile(title, shown) {
  const name = fileName(title, "jpg");
  saveFile(await (shown ? seenPicture(shown) : newPicture()), name);
  return name;
}

async function newPicture() {
  const answer = await getFromCamera("cgi/jpg/image.cgi");
  if (!answer.ok) throw new Error(`the camera answered ${answer.status}`);
  return answer.blob();
}

function seenPicture(canvas) {
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95));
}
