// Schedules: week calendars of all schedules; changes are saved together, and one click reverts them.

import { readJson, readValues, sendRequest } from "../shared/camera_request.js";
import { confirmed } from "../shared/confirm.js";
import { element, setText } from "../shared/elements.js";
import { ScheduleCard } from "./schedule_card.js";

const CGI = "cgi/event/schedule.cgi";
const WIDE = matchMedia("(min-width: 980px)"); // the form fits beside the calendar
const GROUP = /^Event\.Schedule\.(\d+)$/;

/** The section of schedules. */
export class Schedules {
  #cards = []; // by number, new ones last
  #fields = [];
  #slots = 0;
  #undo = []; // requests that revert the last change
  #outcome = "";
  #busy = false; // a change is being sent: its own notice must not count as another client's change
  #missed = new Map(); // values received meanwhile, by number

  constructor() {
    element("schedule-add").addEventListener("click", () => this.#add());
    element("schedule-save").addEventListener("click", () => this.#save());
    element("schedule-discard").addEventListener("click", () => this.#discard());
    element("schedule-undo").addEventListener("click", () => this.#takeBack());
    WIDE.addEventListener("change", () => this.#placeForms());
    addEventListener("beforeunload", (event) => this.#edited.length && event.preventDefault());
  }

  /** Read all schedules; unsaved changes stay. */
  async load() {
    try {
      const { fields, slots, schedules } = await readJson("web/schedules");
      [this.#fields, this.#slots] = [fields, slots];
      const found = new Map(schedules.map(({ number, values }) => [number, values]));
      for (let number = 1; number <= slots; number += 1) this.#take(number, found.get(number) ?? { Name: "" });
      for (const card of this.#cards) card.warn(fields);
      if (WIDE.matches && this.#cards.length && !this.#cards.some((card) => card.isChosen)) this.#choose(this.#cards[0]);
      this.#complain("");
    } catch (error) {
      this.#complain(`The schedules cannot be loaded: ${error.message}`);
    }
    this.#show();
  }

  /** Show new values of a group. */
  take(group, values) {
    const number = Number(GROUP.exec(group)?.[1]);
    if (!number || !this.#slots) return;
    if (this.#busy) this.#missed.set(number, values);
    else this.#take(number, values);
    this.#show();
  }

  #take(number, values) {
    const card = this.#cards.find((one) => one.number === number && !one.isNew);
    if (!values.Name) {
      if (card) this.#drop(card, card.isEdited ? `The schedule ${card.name} was deleted by another client.` : "");
      return;
    }
    if (card) card.take(values);
    else this.#insert(new ScheduleCard(number, this.#fields, values, this.#listener));
  }

  get #listener() {
    return {
      changed: () => this.#changed(),
      chosen: (card) => this.#choose(card),
      remove: (card) => this.#remove(card),
    };
  }

  get #edited() {
    return this.#cards.filter((card) => card.isEdited);
  }

  // ---- the list ----

  #insert(card) {
    const rival = this.#cards.find((one) => one.isNew && one.number === card.number);
    if (rival && !card.isNew) this.#renumber(rival, card);
    this.#cards.push(card);
    this.#cards.sort((one, other) => one.isNew - other.isNew || one.number - other.number);
    const next = this.#cards[this.#cards.indexOf(card) + 1];
    element("schedule-list").insertBefore(card.element, next?.element ?? null);
    card.isChosen = false;
    this.#placeForms();
  }

  #placeForms() {
    for (const card of this.#cards) {
      const place = WIDE.matches ? element("schedule-side") : card.element;
      if (card.form.parentNode !== place) place.append(card.form);
    }
  }

  /** Move an unsaved new schedule if another schedule has got its number. */
  #renumber(card, taking) {
    const values = card.edited;
    const { isChosen } = card;
    this.#drop(card);
    const number = this.#freeNumber(taking.number);
    if (!number) return this.#complain(`There are ${this.#slots} schedules already, so ${values.Name} cannot be added.`);
    const again = new ScheduleCard(number, this.#fields, null, this.#listener, values);
    this.#insert(again);
    again.isChosen = isChosen;
    return undefined;
  }

  #drop(card, words = "") {
    this.#cards.splice(this.#cards.indexOf(card), 1);
    card.element.remove();
    card.form.remove();
    if (words) this.#complain(words);
  }

  #choose(card) {
    for (const one of this.#cards) one.isChosen = one === card;
  }

  #freeNumber(...taken) {
    const used = new Set([...taken, ...this.#cards.map((card) => card.number)]);
    return Array.from({ length: this.#slots }, (_, at) => at + 1).find((number) => !used.has(number));
  }

  #add() {
    const number = this.#freeNumber();
    const names = new Set(this.#cards.map((card) => card.name));
    const name = Array.from({ length: this.#slots + 1 }, (_, at) => `Schedule ${at + 1}`).find((one) => !names.has(one));
    const values = { ...Object.fromEntries(this.#fields.map((field) => [field.name, field.factory])), Name: name };
    const card = new ScheduleCard(number, this.#fields, null, this.#listener, values);
    this.#insert(card);
    this.#choose(card);
    this.#changed();
    card.focus();
    card.element.scrollIntoView({ block: "nearest" });
  }

  #show() {
    const count = this.#edited.length;
    element("schedule-save").disabled = element("schedule-discard").disabled = !count || this.#busy;
    element("schedule-undo").hidden = !this.#undo.length || count > 0;
    element("schedule-bar").classList.toggle("on", Boolean(count || this.#undo.length));
    const full = this.#slots > 0 && this.#cards.length >= this.#slots;
    element("schedule-add").disabled = full || !this.#slots;
    setText(element("schedule-full"), full ? `There are ${this.#slots} schedules, the maximum number.` : "");
    setText(element("schedule-said"), count ? `${count} ${count === 1 ? "schedule" : "schedules"} changed` : this.#outcome);
    element("schedule-none").hidden = !this.#slots || this.#cards.length > 0;
  }

  #changed() {
    this.#outcome = "";
    this.#complain("");
    this.#show();
  }

  #complain(words) {
    setText(element("schedule-trouble"), words);
  }

  // ---- changes ----

  async #save() {
    const undo = [];
    for (const card of this.#edited) card.fail({});
    this.#complain("");
    await this.#exclusively(async () => {
      for (const card of this.#edited) if (!(await this.#saveOne(card, undo))) break;
    });
    if (undo.length) this.#undo = undo;
    this.#outcome = undo.length ? "Saved" : "Not saved";
    this.#show();
  }

  async #saveOne(card, undo) {
    const [sent, before] = [card.edited, card.stored];
    const request = card.isNew ? { action: "add" } : { action: "update", group: card.number };
    const { error, number, values } = await send({ ...request, ...sent });
    if (error) return this.#refuse(card, error);
    if (card.isNew) {
      undo.unshift({ action: "remove", group: number, expected: values });
      const { isChosen } = card;
      this.#drop(card);
      this.#take(number, values);
      if (isChosen) this.#choose(this.#cards.find((one) => one.number === number));
    } else {
      card.saved(values, sent);
      const back = Object.fromEntries(Object.keys(sent).map((name) => [name, before[name]]));
      undo.unshift({ action: "update", group: number, fields: back, expected: sent });
    }
    return true;
  }

  #refuse(card, error) {
    const name = /^(\w+)[=:]/.exec(error)?.[1];
    this.#choose(card);
    if (card.has(name)) card.fail({ [name]: error.replace(/^\w+(=.*?)?: /, "") });
    else this.#complain(`Not saved: ${error}`);
    return false;
  }

  #discard() {
    for (const card of this.#edited) {
      if (card.isNew) this.#drop(card);
      else card.discard();
    }
    this.#changed();
  }

  async #remove(card) {
    if (card.isNew) {
      this.#drop(card);
      return this.#changed();
    }
    if (!(await confirmed("Delete schedule?", `${card.name} no longer starts any action.`, "Delete"))) return undefined;
    const { stored, number } = card;
    await this.#exclusively(async () => {
      const { error } = await send({ action: "remove", group: number });
      if (error) return this.#complain(`Not deleted: ${error}`);
      this.#drop(card);
      this.#undo = [{ action: "add", fields: stored }];
      this.#outcome = "Deleted";
      return undefined;
    });
    this.#show();
    return undefined;
  }

  async #takeBack() {
    const undo = this.#undo;
    this.#undo = [];
    await this.#exclusively(async () => {
      for (const { expected = {}, fields = {}, ...request } of undo) {
        const stored = this.#cards.find((card) => card.number === request.group)?.stored;
        if (Object.entries(expected).some(([name, text]) => stored?.[name] !== text)) return this.#complain("Not undone: the schedule has been changed since.");
        const { error, number, values } = await send({ ...request, ...fields });
        if (error) return this.#complain(`Not undone: ${error}`);
        this.#take(number, values);
      }
      this.#outcome = "Undone";
      return undefined;
    });
    this.#show();
  }

  /** Run `action`; new values of schedules are deferred meanwhile. */
  async #exclusively(work) {
    this.#busy = true;
    await work();
    this.#busy = false;
    for (const [number, values] of this.#missed) this.#take(number, values);
    this.#missed.clear();
  }
}

/** Send a request; return the resulting schedule of the camera, or the reason of the failure. */
async function send(parameters) {
  try {
    const text = await sendRequest(CGI, parameters);
    const values = readValues(text);
    const number = Number(/^\[Event\.Schedule\.(\d+)\]/.exec(text)?.[1] ?? parameters.group);
    return { number, values: "Name" in values ? values : { Name: "" } };
  } catch (error) {
    return { error: error.message };
  }
}
