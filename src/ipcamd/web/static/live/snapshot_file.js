// Snapshot file: saves one picture as a JPEG.

import { cameraUrl } from "../shared/camera_url.js";
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
  const answer = await fetch(cameraUrl("cgi/jpg/image.cgi"), { cache: "no-store" });
  if (!answer.ok) throw new Error(`the camera answered ${answer.status}`);
  return answer.blob();
}

function seenPicture(canvas) {
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95));
}
