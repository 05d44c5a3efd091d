// TLS certificate: shown, downloaded, uploaded, requested from an authority, signed anew.

import { confirmed } from "../shared/confirm.js";
import { ask, made, saveAs } from "./requests.js";
import { SystemCard } from "./system_card.js";

const PATH = "cgi/admin/certificate.cgi";
const TITLES = { Subject: "Subject", Issuer: "Issuer", Names: "Names", NotBefore: "Valid from", NotAfter: "Valid until", Key: "Key", Fingerprint: "Fingerprint" };

class TlsCertificate extends SystemCard {
  connectedCallback() {
    const [upload, request] = [this.part("upload"), this.part("request")];
    upload.addEventListener("submit", async (event) => {
      event.preventDefault();
      const { certificate, key, password } = Object.fromEntries(new FormData(upload));
      const values = { action: "upload", certificate: await certificate.text() };
      if (key.size) values.key = await key.text();
      if (password) values.password = password;
      if (await this.change(PATH, values)) upload.reset();
    });
    request.addEventListener("submit", (event) => {
      event.preventDefault();
      this.attempt(async () => {
        const names = new FormData(request).get("names");
        saveAs("ipcamd.csr", await ask(PATH, { action: "request", ...(names && { names }) }));
        await this.show();
      });
    });
    this.part("anew").addEventListener("click", async () => {
      const yes = await confirmed("Sign the certificate anew?", "Browsers warn again until they trust the new certificate.", "Sign");
      if (yes) await this.change(PATH, { action: "selfsigned" });
    });
    this.load();
  }

  async show() {
    const facts = new Map([...(await ask(PATH, { action: "show" })).matchAll(/^(\w+)=(.*?)\r?$/gm)].map(([, name, value]) => [name, value]));
    const shown = Object.entries(TITLES).filter(([name]) => facts.get(name));
    this.part("facts").replaceChildren(...shown.flatMap(([name, title]) => [made("dt", title), made("dd", facts.get(name))]));
    this.part("pending").hidden = facts.get("RequestPending") !== "yes";
  }
}

customElements.define("tls-certificate", TlsCertificate);
