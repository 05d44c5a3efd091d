// Connected clients: all clients that receive data; each can be disconnected.

import { pageName, sendRequest } from "../shared/camera_request.js";
import { make, setText } from "../shared/elements.js";
import { EventConnection } from "../shared/state_stream.js";
import { sizeWords } from "../size/size_words.js";
import { SystemCard, makeButton } from "./system_card.js";

const STREAMS = { mjpeg: "Motion JPEG", h264: "H.264", h265: "H.265", mpeg4: "MPEG-4", "3gpp": "Mobile (3GPP)", audio: "Sound", talk: "Talk" };
const PATHS = { "cgi/audio/talk.cgi": "Talk", "cgi/audio/audio.cgi": "Talk", "sdcard.cgi": "Recording, download", "web/video": "Recording" };

class ConnectedClients extends SystemCard {
  #rows = new Map(); // by identifier
  #events = null;

  connectedCallback() {
    this.#events = new EventConnection("web/clients", { clients: (list) => this.#show(list) });
  }

  disconnectedCallback() {
    this.#events.close();
  }

  show() {} // the camera sends the new list

  #show({ total, clients }) {
    const found = merged(clients);
    const rows = found.map((client) => this.#row(client));
    this.#rows = new Map(found.map((client, at) => [client.id, rows[at]]));
    const list = this.part("list");
    // existing rows are not replaced, because one may have the focus
    for (const row of [...list.children]) if (!rows.includes(row)) row.remove();
    for (const row of rows) if (row.parentNode !== list) list.append(row);
    const unseen = total - clients.length;
    this.part("more").textContent = unseen > 0 ? `${unseen} more are not shown.` : "";
  }

  #row(client) {
    let row = this.#rows.get(client.id);
    if (!row) {
      const name = client.account || "viewer without login";
      const cut = makeButton("Disconnect", `Disconnect ${name} at ${client.address}, ${title(client)}`, () => this.#disconnect(row));
      const end = client.page === pageName ? make("span", "own", "This page") : cut;
      row = make("div", "client", make("div", "what", make("b"), make("span")), make("span", "since"), make("span", "sent"), end);
    }
    row.identifiers = client.ids;
    const [what, since, sent] = row.children;
    setText(what.children[0], title(client));
    setText(what.children[1], `${client.account || "no login"} · ${client.address} · ${client.protocol.toUpperCase().replace("/", " over ")}`);
    setText(since, `since ${client.since.slice(11, 19)}`);
    since.title = client.since;
    setText(sent, client.sent_bytes === null ? "" : sizeWords(client.sent_bytes));
    return row;
  }

  async #disconnect(row) {
    await this.attempt(async () => {
      for (const id of row.identifiers) await sendRequest("web/clients/disconnect", { id });
    });
  }
}

/** The clients, with all connections of one page as one. */
function merged(clients) {
  const pages = new Map();
  const found = [];
  for (const client of clients) {
    const known = client.page && pages.get(client.page);
    if (known) {
      known.ids.push(client.id);
      known.sent_bytes += client.sent_bytes ?? 0;
      if (client.since < known.since) known.since = client.since;
      continue;
    }
    const entry = { ...client, ids: [client.id] };
    if (client.page) pages.set(client.page, entry);
    found.push(entry);
  }
  return found;
}

function title({ streams, path, page }) {
  if (streams.length) return streams.map(streamTitle).join(" and ");
  return page ? "Open page" : PATHS[path.slice(1)] ?? path;
}

function streamTitle(name) {
  const main = name.replace(/_sub$/, "");
  return (STREAMS[main] ?? main) + (main === name ? "" : ", second stream");
}

customElements.define("connected-clients", ConnectedClients);
