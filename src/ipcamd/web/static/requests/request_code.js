// Request code: a request to the camera, for curl and for Python.

/**
 * @typedef {object} ShownRequest
 * @property {string} address of the camera, ends with "/"
 * @property {string} path below the address
 * @property {string} [method] POST or, by default, GET
 * @property {[string, string][]} pairs names and values of the arguments
 * @property {string} user name of the account
 * @property {boolean} [hasFile] whether a file is sent with them, as a form
 */

const CERTIFICATE = "ipcamd.crt"; // the camera's own certificate; its download has this name

/** @param {ShownRequest} request */
export function curlCode({ address, path, method = "GET", pairs, user, hasFile = false }) {
  const words = ["curl", "--anyauth", "-u", shell(`${user}:PASSWORD`)];
  if (address.startsWith("https:")) words.push("--cacert", CERTIFICATE);
  if (hasFile) words.push(...[["file", "@FILE"], ...pairs].flatMap(([name, value]) => ["-F", shell(`${name}=${value}`)]));
  else if (method === "POST") words.push("-d", shell(query(pairs)));
  const url = `${address}${path}${method === "GET" && pairs.length ? `?${query(pairs)}` : ""}`;
  return [...words, shell(url)].join(" ");
}

/** @param {ShownRequest} request */
export function pythonCode({ address, path, method = "GET", pairs, user, hasFile = false }) {
  const values = pairs.map(([name, value]) => `${literal(name)}: ${literal(value)}`).join(", ");
  const lines = [literal(`${address}${path}`)];
  if (values) lines.push(`${method === "GET" ? "params" : "data"}={${values}}`);
  if (hasFile) lines.push('files={"file": open("FILE", "rb")}');
  lines.push(`auth=HTTPDigestAuth(${literal(user)}, "PASSWORD")`);
  if (address.startsWith("https:")) lines.push(`verify=${literal(CERTIFICATE)}`);
  return `import requests
from requests.auth import HTTPDigestAuth

answer = requests.${method.toLowerCase()}(
${lines.map((line) => `    ${line},\n`).join("")})
print(answer.content.decode())
`;
}

function query(pairs) {
  return pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
}

function encode(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
}

/** A word of a POSIX shell. */
function shell(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A string of JSON is one of Python. */
function literal(text) {
  return JSON.stringify(text);
}
