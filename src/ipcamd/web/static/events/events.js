// Events page: its sections, which the address names (#log, #schedules, #targets).

import { StateStream } from "../shared/state_stream.js";
import { element } from "./elements.js";
import { EventLog } from "./event_log.js";
import { Schedules } from "./schedules.js";
import { Targets } from "./targets.js";

const SECTIONS = ["log", "schedules", "targets"];

const log = new EventLog();
const schedules = new Schedules();
const targets = new Targets();
let revision = null; // of the log

function showSection() {
  const chosen = SECTIONS.includes(location.hash.slice(1)) ? location.hash.slice(1) : SECTIONS[0];
  for (const name of SECTIONS) element(name).hidden = name !== chosen;
  for (const link of element("sections").querySelectorAll("a")) {
    if (link.hash === `#${chosen}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function load() {
  log.refresh();
  loadSection();
}

/** Read what the section shows, for the first time or again. */
function loadSection() {
  if (location.hash === "#schedules") schedules.load();
  if (location.hash === "#targets") targets.load();
}

addEventListener("hashchange", () => {
  showSection();
  loadSection();
});
showSection();
load();
new StateStream({
  state: ({ event_log: number }) => {
    if (number === undefined || number === revision) return;
    revision = number;
    log.refresh();
  },
  settings: (group, values) => {
    schedules.take(group, values);
    targets.take(group, values);
  },
  again: load, // what happened meanwhile was not told
});
