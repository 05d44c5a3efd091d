// Requests to the camera, below the page's own folder: a reverse proxy may add a path prefix.

/** Name of this page for the camera, which lists it among its clients. */
export const pageName = Math.random().toString(36).slice(2);

/** URL of `path` with these parameters. It never contains a login, which fetch() would refuse. */
export function cameraUrl(path, parameters = {}) {
  const url = new URL(path, location.href);
  url.username = url.password = "";
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url;
}

/** Response to a request that changes nothing. */
export const getFromCamera = (path, parameters, signal) => fetch(cameraUrl(path, parameters), { cache: "no-store", signal });

/** Response to a request that changes something. The field proves that it comes from a page of the camera. An object of names and
 * values is sent as a form. */
export function postToCamera(path, body) {
  const sent = body?.constructor === Object ? new URLSearchParams(body) : body;
  return fetch(cameraUrl(path), { method: "POST", body: sent, headers: { "X-Camera-Page": "1" } });
}

/** Read JSON. Throws an error with the reason of a failure. */
export async function readJson(path, parameters) {
  const answer = await getFromCamera(path, parameters).catch(throwUnanswered);
  if (!answer.ok) throw new Error(`the camera answered ${answer.status}`);
  return answer.json().catch(throwUnanswered);
}

/** Send a request; return the text of the answer. Throws an error with the reason of a failure. */
export async function sendRequest(path, body) {
  const answer = await postToCamera(path, body).catch(throwUnanswered);
  return checkAnswer(answer.status, await answer.text().catch(throwUnanswered));
}

/** Return the text of an answer. Throws an error with the reason of a failure. */
export function checkAnswer(status, text) {
  const failed = /^Request failed: (.*)/.exec(text)?.[1];
  const isPage = text.startsWith("<"); // of a proxy: an error, or its login
  if (isPage && status < 400) throwUnanswered();
  if (failed || status >= 400) throw new Error(failed || (!isPage && text.trim()) || `the camera answered ${status}`);
  return text;
}

/** Send a request; return why it failed, or "". */
export const sendCommand = (path, body) => sendRequest(path, body).then(() => "", (error) => error.message);

/** Set parameters of a group; return why it failed, or "". */
export const updateSettings = (group, values) => sendCommand("cgi/param.cgi", { action: "update", group, ...values });

/** Object of lines like `name=value` or `Group.Name=value`. */
export function readValues(text) {
  return Object.fromEntries([...text.matchAll(/^(?:[\w.]+\.)?(\w+)=(.*?)\r?$/gm)].map(([, name, value]) => [name, value]));
}

/** For the failure of a request without an answer. */
export function throwUnanswered() {
  throw new Error("the camera does not answer");
}
