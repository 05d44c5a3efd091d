// TLS certificate: shown, downloaded, uploaded, requested from an authority, signed anew.

import { readValues, sendRequest } from "../shared/camera_request.js";
import { confirmed } from "../shared/confirm.js";
import { saveFile } from "../live/file_download.js";
import { SystemCard, makeFacts } from "./system_card.js";

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
        saveFile(new Blob([await sendRequest(PATH, { action: "request", ...(names && { names }) })]), "ipcamd.csr");
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
    const facts = readValues(await sendRequest(PATH, { action: "show" }));
    const shown = Object.entries(TITLES).filter(([name]) => facts[name]);
    this.part("facts").replaceChildren(...makeFacts(shown.map(([name, title]) => [title, facts[name]])));
    this.part("pending").hidden = facts.RequestPending !== "yes";
  }
}

customElements.define("tls-certificate", TlsCertificate);
