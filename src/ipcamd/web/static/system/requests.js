// Requests of the system page: the answer's text, or an error in the camera's words.

import { cameraUrl, postToCamera } from "../shared/camera_url.js";

/** @param {string} path @param {Record<string, string>} values @returns {Promise<string>} */
export async function ask(path, values = {}) {
  let answer;
  try {
    answer = await postToCamera(cameraUrl(path), new URLSearchParams(values));
  } catch {
    throw new Error("the camera does not answer");
  }
  return readAnswer(answer.status, await answer.text());
}

/** @param {number} status @param {string} text of a response; throws an error with its reason */
export function readAnswer(status, text) {
  const failed = text.match(/^Request failed: ([^\r\n]*)/);
  if (failed) throw new Error(failed[1]);
  if (status >= 400) throw new Error(text.trim() || `the camera answered ${status}`);
  return text;
}

/** Run `action`; an error is shown in `place`. @returns {Promise<boolean>} whether it worked */
export async function attempt(place, action) {
  place.textContent = "";
  try {
    await action();
    return true;
  } catch (error) {
    place.textContent = error.message;
    return false;
  }
}

/** @param {string} tag @param {string} text */
export function made(tag, text, className = "") {
  return Object.assign(document.createElement(tag), { textContent: text, className });
}

/** A button that calls `action`. */
export function button(text, label, action) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: text });
  made.setAttribute("aria-label", label);
  made.addEventListener("click", action);
  return made;
}

/** Save a text or a blob as a file, as a download does. */
export function saveAs(name, content) {
  const url = URL.createObjectURL(new Blob([content]));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
