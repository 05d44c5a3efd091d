// Request dialog: shows the SDK's requests that do the same as the page, for curl and for Python.

import { cameraUrl } from "../shared/camera_request.js";
import { activateCopying } from "./copy_code.js";
import { curlCode, pythonCode } from "./request_code.js";

const PATHS = { admin: "cgi/admin/param.cgi", users: "cgi/users/param.cgi", guest: "cgi/guest/param.cgi" };

/** Show the requests that set parameters, one for each group.
 * @param {{id: string, text: string, isSecret: boolean}[]} parameters `id` is Group.Name */
export function showRequests(parameters, { rank, account }) {
  const requests = grouped(parameters).map(([group, members]) => ({
    address: cameraUrl("./").href,
    path: PATHS[rank],
    method: members.some((each) => each.isSecret) ? "POST" : "GET", // URLs may be logged
    pairs: [["action", "update"], ["group", group], ...members.map((each) => [each.name, each.isSecret ? "NEW_PASSWORD" : each.text])],
    user: account,
  }));
  const dialog = document.getElementById("code") ?? build();
  dialog.querySelector("#code-curl").textContent = requests.map(curlCode).join("\n");
  dialog.querySelector("#code-python").textContent = requests.map(pythonCode).join("\n");
  dialog.querySelector("#code-certificate").hidden = location.protocol !== "https:";
  dialog.showModal();
}

function grouped(parameters) {
  const groups = new Map();
  for (const parameter of parameters) {
    const dot = parameter.id.lastIndexOf(".");
    const group = parameter.id.slice(0, dot);
    const { id, text, isSecret } = parameter;
    groups.set(group, [...(groups.get(group) ?? []), { name: id.slice(dot + 1), text, isSecret }]);
  }
  return [...groups];
}

function build() {
  const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("request_dialog.css", import.meta.url) });
  const dialog = Object.assign(document.createElement("dialog"), { className: "code", id: "code" });
  dialog.setAttribute("aria-labelledby", "code-title");
  dialog.innerHTML = `
    <header><h2 id="code-title">Equivalent request</h2><button class="button close" id="code-close" type="button" aria-label="Close"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M5.5 5.5l9 9M14.5 5.5l-9 9"/></svg></button></header>
    <section><div class="code-head"><h3>curl</h3><button class="button" type="button" data-copy="#code-curl">Copy</button></div><pre id="code-curl" tabindex="0"></pre></section>
    <section><div class="code-head"><h3>Python</h3><button class="button" type="button" data-copy="#code-python">Copy</button></div><pre id="code-python" tabindex="0"></pre></section>
    <p class="hint">Replace <code>PASSWORD</code>. The values are those in the fields.</p>
    <p class="hint" id="code-certificate"><code>ipcamd.crt</code> is the camera's certificate, which an administrator downloads on the page System; a certificate that this computer trusts anyway needs none.</p>`;
  dialog.querySelector("#code-close").addEventListener("click", () => dialog.close());
  activateCopying(dialog);
  document.head.append(style);
  document.body.append(dialog);
  return dialog;
}
