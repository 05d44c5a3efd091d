// Events page: the log, and the sections that the address names (#schedules).

import { StateStream } from "../shared/state_stream.js";
import { element } from "./elements.js";
import { EventLog } from "./event_log.js";

const SECTIONS = ["log"];

const log = new EventLog();
let revision = null; // of the log

function showSection() {
  const chosen = SECTIONS.includes(location.hash.slice(1)) ? location.hash.slice(1) : SECTIONS[0];
  for (const name of SECTIONS) element(name).hidden = name !== chosen;
  for (const link of element("sections").querySelectorAll("a")) {
    if (link.hash === `#${chosen}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

addEventListener("hashchange", showSection);
showSection();
await log.refresh();
new StateStream({
  state: ({ event_log: number }) => {
    if (number === undefined || number === revision) return;
    revision = number;
    log.refresh();
  },
  settings: () => {},
  again: () => log.refresh(), // what was noted meanwhile was not told
});
