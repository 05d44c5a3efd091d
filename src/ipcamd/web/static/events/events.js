// Events page: its sections, which the address names (#log, #schedules, #windows, #targets).

import { tellMissingParts } from "../shared/missing_part.js";
import { StateStream } from "../shared/state_stream.js";
import { element } from "../shared/elements.js";
import { EventLog } from "./event_log.js";
import { Schedules } from "./schedules.js";
import { Targets } from "./targets.js";

const SECTIONS = ["log", "schedules", "windows", "targets"];

const log = new EventLog();
const schedules = new Schedules();
const targets = new Targets();
let windows = null; // loaded when the section is opened, because the picture is a stream
let revision = null; // of the log
tellMissingParts((text) => (element("windows-trouble").textContent = text));

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

/** Read the content of the section. */
function loadSection() {
  if (location.hash === "#schedules") schedules.load();
  if (location.hash === "#targets") targets.load();
  if (location.hash === "#windows") loadWindows();
}

async function loadWindows() {
  const { MotionWindows } = await import("./motion_windows.js");
  element("windows-trouble").textContent = "";
  windows ??= new MotionWindows();
  windows.load();
}

addEventListener("hashchange", () => {
  showSection();
  loadSection();
});
showSection();
load();
new StateStream({
  state: ({ event_log: number, motion }) => {
    if (motion) windows?.tell(motion);
    if (number === undefined || number === revision) return;
    revision = number;
    log.refresh();
  },
  settings: (group, values) => {
    schedules.take(group, values);
    targets.take(group, values);
    windows?.take(group);
  },
  again: load, // changes in the meantime were not reported
});
