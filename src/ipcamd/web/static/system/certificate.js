// TLS certificate: shown, downloaded, uploaded, signed anew.

import { confirmed } from "./confirm.js";
import { ask, attempt, made } from "./requests.js";

const PATH = "cgi/admin/certificate.cgi";
const TITLES = { Subject: "Subject", Issuer: "Issuer", Names: "Names", NotBefore: "Valid from", NotAfter: "Valid until", Key: "Key", Fingerprint: "Fingerprint" };

class TlsCertificate extends HTMLElement {
  connectedCallback() {
    const form = this.#part("upload");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const { certificate, key } = Object.fromEntries(new FormData(form));
      const values = { action: "upload", certificate: await certificate.text() };
      if (key.size) values.key = await key.text();
      if (await this.#do(values)) form.reset();
    });
    this.#part("anew").addEventListener("click", async () => {
      const yes = await confirmed("Sign the certificate anew?", "Browsers will warn again until they trust the new one.", "Sign");
      if (yes) await this.#do({ action: "selfsigned" });
    });
    this.#load();
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  #do(values) {
    return attempt(this.#part("error"), async () => {
      await ask(PATH, values);
      await this.#load();
    });
  }

  #load() {
    return attempt(this.#part("error"), async () => {
      const lines = (await ask(PATH, { action: "show" })).matchAll(/^(\w+)=(.*?)\r?$/gm);
      const facts = [...lines].filter(([, name, value]) => TITLES[name] && value);
      this.#part("facts").replaceChildren(...facts.flatMap(([, name, value]) => [made("dt", TITLES[name]), made("dd", value)]));
    });
  }
}

customElements.define("tls-certificate", TlsCertificate);
