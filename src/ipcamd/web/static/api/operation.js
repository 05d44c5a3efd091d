// Operation: one endpoint with description, arguments, answers, the request as code, and a button that sends it.

import { cameraUrl, getFromCamera, postToCamera } from "../shared/camera_request.js";
import { confirmed } from "../shared/confirm.js";
import { make } from "../shared/elements.js";
import { activateCopying } from "../requests/copy_code.js";
import { curlCode, pythonCode } from "../requests/request_code.js";
import { showAnswer } from "./answer.js";
import { ArgumentForm } from "./argument_form.js";

const RANKS = ["guest", "users", "admin"];
const WHO = { guest: "every account", users: "users and administrators", admin: "administrators" };
const FORM = "application/x-www-form-urlencoded";
const UPLOAD = "multipart/form-data";

export class Operation {
  element = document.createElement("details");
  #item;
  #main; // its GET, or else its POST
  #description;
  #caller;
  #form = null; // created when it is first opened

  /** @param {string} path @param {object} item its operations @param {object} description the whole @param {{rank: string, account: string}} caller */
  constructor(path, item, description, caller) {
    this.path = path;
    this.#item = item;
    this.#main = item.get ?? item.post;
    this.tag = this.#main.tags[0];
    this.#description = description;
    this.#caller = caller;
    this.#buildSummary();
    this.element.addEventListener("toggle", () => this.element.open && this.#build());
  }

  /** @param {string[]} words in lower case @param {string} tag */
  matches(words, tag) {
    const names = [this.#item.get, this.#item.post].flatMap((operation) => operation?.parameters ?? []).map(({ name, description }) => `${name} ${description}`);
    const text = `${tag} ${this.path} ${(this.#item["x-aliases"] ?? []).join(" ")} ${this.#main.description} ${names.join(" ")}`.toLowerCase();
    return words.every((word) => text.includes(word));
  }

  open() {
    this.element.open = true;
    this.element.scrollIntoView({ block: "start" });
  }

  #buildSummary() {
    const [path, rank] = [make("code", "", this.path), make("span", "rank", this.#main["x-rank"])];
    this.element.append(make("summary", "", path, rank, make("span", "", plain(this.#main.summary))));
  }

  #part(name) {
    return this.element.querySelector(`[data-part=${name}]`);
  }

  #build() {
    if (this.#form) return;
    this.element.append(document.getElementById("operation").content.cloneNode(true));
    this.#form = new ArgumentForm(this.#item, this.#description);
    this.#part("arguments").append(this.#form.element);
    const { summary, description } = this.#main;
    this.#part("about").textContent = description === summary ? "" : plain(description);
    this.#part("needs").textContent = this.#needs();
    this.#part("send").disabled = !this.#mayCall;
    this.#part("send").hidden = Boolean(this.#main["x-endless"]) || (!this.#item.get && !this.#takesForm);
    this.#part("open").hidden = !this.#main["x-endless"] || !this.#mayCall;
    this.#buildResponses();
    activateCopying(this.element);
    this.#part("form").addEventListener("input", () => this.#showCode());
    this.#part("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#showCode();
  }

  get #mayCall() {
    return RANKS.indexOf(this.#caller.rank) >= RANKS.indexOf(this.#main["x-rank"]);
  }

  get #takesForm() {
    const content = this.#item.post?.requestBody?.content ?? {};
    return FORM in content || UPLOAD in content;
  }

  #needs() {
    const methods = ["get", "post"].filter((method) => this.#item[method]).map((method) => method.toUpperCase());
    const aliases = this.#item["x-aliases"] ? ` Also at ${this.#item["x-aliases"].join(", ")}.` : "";
    const bodies = Object.keys(this.#item.post?.requestBody?.content ?? {}).filter((type) => type !== FORM && type !== UPLOAD);
    const body = bodies.length ? ` A POST also accepts ${bodies.join(", ")}.` : "";
    return `${methods.join(" or ")}, for ${WHO[this.#main["x-rank"]]}.${aliases}${body}`;
  }

  #buildResponses() {
    const entries = Object.entries(this.#main.responses).flatMap(([status, response]) => {
      const { description, content = {} } = response.$ref ? this.#description.components.responses[status] : response;
      const types = Object.entries(response.$ref ? {} : content).map(([type, media]) => type + (media["x-help"] ? `: ${media["x-help"]}` : ""));
      return [make("dt", "", status), make("dd", "", plain([description, ...types].join("\n")))];
    });
    this.#part("responses").append(...entries);
  }

  /** Whether the request, as it stands, changes something. */
  get #changes() {
    const changes = this.#main["x-changes"];
    return Array.isArray(changes) ? changes.includes(this.#form.action) : changes;
  }

  get #request() {
    const { pairs, file, hasSecret } = this.#form.read();
    const posts = !this.#item.get || file || hasSecret;
    return { address: cameraUrl("./").href, path: this.path.slice(1), method: posts ? "POST" : "GET", pairs, user: this.#caller.account, hasFile: Boolean(file) };
  }

  #showCode() {
    const request = this.#request;
    this.element.querySelector(".curl").textContent = curlCode(request);
    this.element.querySelector(".python").textContent = pythonCode(request);
    this.#part("open").href = cameraUrl(request.path, Object.fromEntries(request.pairs)).href;
  }

  async #send() {
    const words = "It changes the camera at once, for all users.";
    if (this.#changes && !(await confirmed(`Send ${this.path}?`, words, "Send", "main"))) return;
    this.#part("send").disabled = true;
    await showAnswer((name) => this.#part(name), () => this.#fetch());
    this.#part("send").disabled = false;
  }

  /** @returns {Promise<Response>} */
  #fetch() {
    const { pairs, file } = this.#form.read();
    const { path, method } = this.#request;
    if (file) {
      const body = new FormData();
      for (const [name, value] of [...pairs, ["file", file]]) body.append(name, value);
      return postToCamera(path, body);
    }
    if (method === "POST" || this.#changes) return postToCamera(path, new URLSearchParams(pairs));
    return getFromCamera(path, Object.fromEntries(pairs));
  }
}

/** Markdown's code as plain text. */
const plain = (text) => text.replaceAll("`", "");
