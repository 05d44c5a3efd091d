// Settings request: changes parameters of the camera, with the rights of the page's account.

import { cameraUrl, postToCamera } from "../shared/camera_url.js";

/** @param {string} group @param {Record<string, string>} values @returns {Promise<string>} reason of a failure; "" for success */
export async function updateSettings(group, values) {
  try {
    const answer = await postToCamera(cameraUrl("cgi/param.cgi"), new URLSearchParams({ action: "update", group, ...values }));
    const text = (await answer.text()).trim();
    if (answer.ok && text.startsWith(`${group}.`)) return "";
    return text.replace(/^Request failed: /, "") || `the camera answered ${answer.status}`;
  } catch {
    return "the camera does not answer";
  }
}
