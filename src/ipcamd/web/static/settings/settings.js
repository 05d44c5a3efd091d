// Settings page: all parameters by topic; changes are saved together, and one click reverts them.

import "../live/small_picture.js";
import { sendForm } from "../requests/form_request.js";
import { readJson } from "../shared/camera_request.js";
import { element, make, setText } from "../shared/elements.js";
import { tellMissingParts } from "../shared/missing_part.js";
import { StateStream } from "../shared/state_stream.js";
import { SettingRow } from "./setting_row.js";

const PORTS = { "http:": "System.HTTPPort", "https:": "Network.Advanced.HTTPS.HttpsPort" };

const MASKS = "Privacy.Mask1.Enabled";

const rows = new Map(); // by Group.Name
let sections = []; // topics and their groups, each with its element and rows
let undo = ""; // token of the last change
let outcome = ""; // of the last request
let masks = null; // mask editor, for administrators only

tellMissingParts((text) => (element("trouble").textContent = text));

// ---- the list ----

async function load() {
  try {
    const topics = await readJson("web/settings");
    if (rows.size) refresh(topics);
    else build(topics);
    element("trouble").textContent = "";
  } catch (error) {
    element("trouble").textContent = `The settings cannot be loaded: ${error.message}`;
  }
}

function refresh(topics) {
  for (const { groups } of topics)
    for (const { name, params } of groups) for (const param of params) rows.get(`${name}.${param.name}`)?.take(param.value);
  tell();
}

function build(topics) {
  sections = topics.map(({ title, groups }) => {
    const cards = groups.map((group) => buildGroup(group, title));
    const section = make("section", "", make("h2", "", title), ...cards.map((card) => card.element));
    section.id = title.toLowerCase().replaceAll(" ", "-");
    return { element: section, title, cards, link: linkTo(section.id, title) };
  });
  element("groups").append(...sections.map((section) => section.element));
  element("topics").append(...sections.map((section) => section.link));
  filter();
  tell();
  if (rows.has(MASKS)) editMasksWhenSeen(sections.find((section) => section.title === "Privacy"));
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

function buildGroup({ name, title, params }, topic) {
  const list = params.map((param) => new SettingRow(name, param, { changed: () => tell(), code: showCode }));
  for (const row of list) rows.set(row.id, row);
  const head = make("h3", "", title);
  if (title !== name) head.append(make("code", "", name));
  const card = make("div", "card", head, ...list.map((row) => row.element));
  return { name, element: card, rows: list, above: `${topic} ${title}` };
}

function editMasksWhenSeen({ element: section, cards }) {
  const observer = new IntersectionObserver(async (entries) => {
    if (!entries.at(-1).isIntersecting) return;
    observer.disconnect();
    const { MaskEditor } = await import("../masks/mask_editor.js");
    masks = new MaskEditor(rows);
    cards[0].element.after(masks.element);
  });
  observer.observe(section);
}

/** Whether it is an unused one of several numbered cards: a mask, which has an editor, or a webhook after another
 * unused one. Search finds them. */
function isUnused(card, previous) {
  if (element("find").value || !isAtFactory(card)) return false;
  const family = familyOf(card);
  return family === "Privacy.Mask" || (family && previous && familyOf(previous) === family && isAtFactory(previous));
}

/** The name of a numbered group without its number; "" if the number is part of the name, as in H264. */
function familyOf(card) {
  return /^(.*\D)\d{1,2}$/.exec(card.name)?.[1];
}

function isAtFactory(card) {
  return !card.rows.some((row) => row.isChanged || row.isEdited);
}

function linkTo(id, title) {
  return Object.assign(make("a", "", title), { href: `#${id}` });
}

function filter() {
  const words = element("find").value.toLowerCase().split(/\s+/).filter(Boolean);
  const onlyChanged = element("only-changed").checked;
  let any = false;
  for (const { element: section, cards, link } of sections) {
    let found = false;
    for (const [at, card] of cards.entries()) {
      for (const row of card.rows) row.element.hidden = !row.matches(words, card.above) || (onlyChanged && !row.isChanged);
      card.element.hidden = isUnused(card, cards[at - 1]) || card.rows.every((row) => row.element.hidden);
      found ||= !card.element.hidden;
    }
    section.hidden = link.hidden = !found;
    any ||= found;
  }
  element("none").hidden = any;
}

// ---- changes ----

function edited() {
  return [...rows.values()].filter((row) => row.isEdited);
}

/** Show the number of unsaved changes; without changes show `words` until the next change. */
function tell(words = outcome) {
  const count = edited().length;
  outcome = count ? "" : words;
  element("save").disabled = element("discard").disabled = !count;
  element("bar").classList.toggle("on", count > 0 || Boolean(outcome) || Boolean(undo));
  element("undo").hidden = !undo || count > 0;
  setText(element("said"), count ? `${count} ${count === 1 ? "change" : "changes"}` : outcome);
  masks?.show();
}

async function save() {
  const changed = edited();
  if (!changed.length) return;
  for (const row of changed) row.fail("");
  const sent = Object.fromEntries(changed.map((row) => [row.id, row.text]));
  const answer = await sendForm("web/update", sent);
  if (answer.errors) return refuse(answer.errors, "Not saved", sent);
  for (const row of changed) if (row.text === sent[row.id]) row.saved();
  applied(answer, "Saved");
}

async function takeBack() {
  const token = undo;
  undo = "";
  const answer = await sendForm("web/undo", { token });
  if (answer.errors) return refuse(answer.errors, "Not undone");
  applied(answer, "Undone");
}

function applied({ values, undo: token }, words) {
  undo = token;
  for (const [id, text] of Object.entries(values)) rows.get(id)?.take(text);
  element("trouble").textContent = "";
  filter();
  tell(words);
  followPort(values);
}

/** @param {Record<string, string>} errors by parameter; "" for general errors @param {Record<string, string>} sent texts; newer
 * ones are checked by themselves */
function refuse(errors, words, sent = {}) {
  for (const [id, why] of Object.entries(errors)) if (rows.get(id)?.text === sent[id]) rows.get(id)?.fail(why);
  const others = Object.entries(errors).filter(([id]) => !rows.has(id)).map(([, why]) => why);
  element("trouble").textContent = others.length ? `${words}: ${others.join(" ")}` : "";
  const first = Object.keys(errors).map((id) => rows.get(id)).find(Boolean);
  if (first) first.focus();
  else element("trouble").scrollIntoView({ block: "center" });
  tell(words);
}

/** Show a link to the new port of this page. */
function followPort(values) {
  const port = values[PORTS[location.protocol]];
  if (!port || port === (location.port || { "http:": "80", "https:": "443" }[location.protocol])) return;
  const url = new URL(location.href);
  url.port = port;
  element("trouble").replaceChildren("The camera is at ", linkTo("", url.href), " now.");
  element("trouble").querySelector("a").href = url.href;
}

// ---- equivalent request ----

async function showCode(row) {
  const { showRequests } = await import("../requests/request_dialog.js");
  showRequests([{ id: row.id, text: row.text, isSecret: row.isSecret }], element("settings").dataset);
}

element("list").addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});
element("discard").addEventListener("click", () => {
  for (const row of rows.values()) row.discard();
  tell("");
});
element("undo").addEventListener("click", takeBack);
element("find").addEventListener("input", filter);
element("only-changed").addEventListener("change", filter);
addEventListener("beforeunload", (event) => edited().length && event.preventDefault());

await load();
new StateStream({
  settings: (group, values) => {
    for (const [name, text] of Object.entries(values)) rows.get(`${group}.${name}`)?.take(text);
    tell();
  },
  again: load, // changes in the meantime were not reported
});
