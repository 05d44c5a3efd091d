// API page: all requests of the camera, from its OpenAPI description, with search; each can be sent and copied.

import { cameraUrl, throwUnanswered } from "../shared/camera_request.js";
import { element, make } from "../shared/elements.js";
import { Operation } from "./operation.js";

let sections = []; // tags, each with its element and operations

async function load() {
  try {
    const answer = await fetch(cameraUrl("openapi.json")).catch(throwUnanswered);
    if (!answer.ok) throw new Error(`the camera answered ${answer.status}`);
    build(await answer.json());
    element("trouble").textContent = "";
  } catch (error) {
    element("trouble").textContent = `The description cannot be read: ${error.message}`;
  }
}

function build(description) {
  const { rank, account } = element("api").dataset;
  const all = Object.entries(description.paths).map(([path, item]) => new Operation(path, item, description, { rank, account }));
  sections = description.tags.map((tag) => buildSection(tag, all.filter((operation) => operation.tag === tag.name)));
  element("tags").replaceChildren(...sections.map((section) => section.element));
  filter();
  openNamed();
}

function buildSection({ name, description }, operations) {
  const card = make("div", "card", ...operations.map((operation) => operation.element));
  return { element: make("section", "", make("h3", "", name), make("p", "", description), card), operations, name };
}

function filter() {
  const words = element("find").value.toLowerCase().split(/\s+/).filter(Boolean);
  let any = false;
  for (const { element: section, operations, name } of sections) {
    for (const operation of operations) operation.element.hidden = !operation.matches(words, name);
    section.hidden = operations.every((operation) => operation.element.hidden);
    any ||= !section.hidden;
  }
  element("none").hidden = any || !sections.length;
}

/** Open the request that the address names after its #. */
function openNamed() {
  const path = decodeURIComponent(location.hash.slice(1));
  for (const { operations } of sections) operations.find((operation) => operation.path === path)?.open();
}

element("find").addEventListener("input", filter);
addEventListener("hashchange", openNamed);
await load();
