// Network: address, ports, discovery, dynamic DNS; a change that may disconnect this page is explained first.

import { ParameterForm } from "../settings/parameter_form.js";
import { confirmed } from "../shared/confirm.js";
import { followHostState, lookAgain } from "../shared/host_state.js";
import { FormCard, makeFacts } from "../system/system_card.js";

const PORTS = { "http:": "System.HTTPPort", "https:": "Network.Advanced.HTTPS.HttpsPort" };
const MINUTE = "Open the camera there within a minute; otherwise the change is undone.";

class NetworkSettings extends FormCard {
  #waiting = null; // unconfirmed change: the new address, and the time at which the camera reverts it
  #moved = ""; // the new address of this page

  connectedCallback() {
    this.form = new ParameterForm(this.part("form"), { agree, saved: (values) => this.#follow(values) });
    followHostState(({ network }) => this.#show(network));
    setInterval(() => this.#tell(), 1000);
    this.load();
  }

  #show({ addresses, waiting, ddns, port_mapping: mapping }) {
    const facts = { Addresses: addresses.join(", "), "Dynamic DNS": ddns || "not used yet", "Port mapping": mapping || "not used" };
    this.part("facts").replaceChildren(...makeFacts(Object.entries(facts)));
    if (this.#waiting && !waiting) this.#moved = "";
    this.#waiting = waiting && { address: waiting.address, until: Date.now() + waiting.remaining_s * 1000 };
    this.#tell();
  }

  /** Show a link to the new address if these values have moved this page. */
  #follow(values) {
    const url = newUrl(values);
    if (url) this.#moved = url.href;
    if (values["Network.IPAddress"]) this.#waiting = { address: values["Network.IPAddress"], until: Date.now() + 60_000 };
    this.#tell();
    lookAgain();
  }

  #tell() {
    const notice = this.part("moved");
    const seconds = this.#waiting ? Math.max(0, Math.round((this.#waiting.until - Date.now()) / 1000)) : null;
    const url = this.#moved || (this.#waiting?.address && newUrl({ "Network.IPAddress": this.#waiting.address })?.href);
    notice.hidden = seconds === null && !url;
    if (url) Object.assign(this.part("link"), { href: url, textContent: url });
    this.part("link").hidden = !url;
    this.part("remaining").textContent = seconds === null ? "" : seconds ? `Unless you open it there, the change is undone in ${seconds} s.` : "The change is being undone. This page works again in a moment.";
  }
}

/** Ask before a change that may disconnect this page. @param {Record<string, string>} texts */
async function agree(texts) {
  const url = newUrl(texts);
  const names = Object.keys(texts);
  if (url && names.includes("Network.IPAddress")) return confirmed("Change the address?", `The camera's new address is ${url.href}. ${MINUTE}`, "Change");
  if (url) return confirmed("Change the port?", `This page moves to ${url.href}; a link to it appears here.`, "Change");
  if (texts["Network.Advanced.HTTPS.Enabled"] === "no" && location.protocol === "https:") return confirmed("Switch HTTPS off?", "This page uses HTTPS. Open the camera by http:// afterwards.", "Switch off");
  if (names.some((name) => /^Network\.(?:PPPoE\.)?\w+$/.test(name))) return confirmed("Change the network?", `The camera may get another address. Open it there within a minute; otherwise the change is undone.`, "Change");
  return true;
}

/** Address of this page with these values; null if it is unchanged. */
function newUrl(values) {
  const url = new URL(location.href);
  url.hash = url.username = url.password = "";
  const [port, address] = [values[PORTS[location.protocol]], values["Network.IPAddress"]];
  if (port) url.port = port;
  if (address) url.hostname = address;
  return url.href.split("#")[0] === location.href.split("#")[0] ? null : url;
}

customElements.define("network-settings", NetworkSettings);
