// Schedule card: the week of one schedule, and the form with its name, triggers, hours and actions.

import { buildControl, describeValue, markInvalid, readControl, writeControl } from "../settings/control.js";
import { make, setText } from "../shared/elements.js";
import { DAYS, describeDays, describeHours, readWeek, writeWeek } from "./week.js";
import { WeekCalendar } from "./week_calendar.js";

const PARTS = {
  Schedule: ["Name", "Enable"],
  "Starts with": ["TriggerMotion", "TriggerDI1", "TriggerDI1Type", "TriggerDI2", "TriggerDI2Type", "ScheduleTimeMode"],
  Hours: ["ScheduleTimeStatus", "ScheduleTimeStartHour", "ScheduleTimeStartMin", "ScheduleTimeEndHour", "ScheduleTimeEndMin"],
  Then: ["EnableSDCard", "EnableFtp", "EnableEmail", "EnableSamba", "EnableDigitalOutput", "DigitalOutputTime"],
  "Time lapse": ["SnapshotInterval", "EnableMQTT"],
};
const HINTS = {
  Hours: "The hours are the same on all days. For other hours, add another schedule.",
  "Time lapse": "Seconds between pictures during the schedule's hours, without a trigger; 0: none. They are stored and sent like recordings, and published by MQTT.",
};
const NEEDED = { TriggerDI1Type: "TriggerDI1", TriggerDI2Type: "TriggerDI2", DigitalOutputTime: "EnableDigitalOutput", EnableMQTT: "SnapshotInterval" };
const TRIGGERS = { TriggerMotion: "motion", TriggerDI1: "input 1", TriggerDI2: "input 2", ScheduleTimeMode: "its time" };
const ACTIONS = { EnableSDCard: "SD card", EnableFtp: "FTP", EnableEmail: "mail", EnableSamba: "Samba", EnableDigitalOutput: "output 1", EnableMQTT: "MQTT" };

/** One schedule, with its unsaved changes. */
export class ScheduleCard {
  element = make("section", "schedule");
  #listener;
  #fields = new Map(); // by name: description, control, and the elements around it
  #stored; // values in the camera; null: the camera has no such schedule
  #values; // displayed values
  #elsewhere = new Set(); // fields with unsaved changes that another client has changed meanwhile
  #calendar;
  #title = make("h3");
  #summary = make("p", "summary");

  /** @param {number} number of its slot @param {object[]} fields as /web/schedules describes them
   * @param {Record<string, string> | null} stored null: a new one @param {{changed: () => void, chosen: (card: ScheduleCard) => void, remove: (card: ScheduleCard) => void}} listener */
  constructor(number, fields, stored, listener, values = stored) {
    [this.number, this.#listener, this.#stored, this.#values] = [number, listener, stored, { ...values }];
    for (const field of fields) this.#fields.set(field.name, { ...field, control: buildControl(field) });
    this.#build();
    this.#showAll();
  }

  get isNew() {
    return this.#stored === null;
  }

  get name() {
    return this.#values.Name;
  }

  /** Values in the camera. */
  get stored() {
    return this.#stored;
  }

  get isChosen() {
    return !this.form.hidden;
  }

  set isChosen(chosen) {
    this.element.classList.toggle("chosen", chosen);
    this.form.hidden = !chosen;
    this.element.querySelector(".choose").setAttribute("aria-expanded", String(chosen));
  }

  /** Fields with unsaved changes. @returns {Record<string, string>} */
  get edited() {
    return Object.fromEntries(Object.entries(this.#values).filter(([name, text]) => text !== this.#stored?.[name]));
  }

  get isEdited() {
    return Object.keys(this.edited).length > 0;
  }

  /** Set the camera's values; unsaved changes stay. */
  take(stored) {
    const edited = this.edited;
    for (const name of Object.keys(stored)) {
      const isMine = !this.isNew && name in edited;
      if (isMine && stored[name] !== this.#stored[name] && stored[name] !== edited[name]) this.#elsewhere.add(name);
      if (!isMine || stored[name] === edited[name]) {
        this.#values[name] = stored[name];
        this.#elsewhere.delete(name);
      }
    }
    this.#stored = stored;
    this.#showAll();
  }

  /** Note that the camera has saved `sent`. */
  saved(stored, sent) {
    this.#elsewhere.clear();
    for (const name of Object.keys(stored)) if (this.#values[name] === sent[name] || sent[name] === undefined) this.#values[name] = stored[name];
    this.#stored = stored;
    this.#showAll();
  }

  /** @param {object[]} fields descriptions; they depend on the camera's other settings */
  warn(fields) {
    for (const { name, warning } of fields) this.#fields.get(name).warning = warning;
    this.#showAll();
  }

  discard() {
    this.#elsewhere.clear();
    this.#values = { ...this.#stored };
    this.fail({});
    this.#showAll();
  }

  /** @param {Record<string, string>} errors by field */
  fail(errors) {
    for (const [name, field] of this.#fields) {
      setText(field.error, errors[name] ?? "");
      markInvalid(field.control, errors[name]);
    }
    const first = Object.keys(errors).find((name) => this.#fields.has(name));
    if (first) this.#fields.get(first).control.focus();
  }

  has(name) {
    return this.#fields.has(name);
  }

  focus() {
    this.#fields.get("Name").control.select();
  }

  // ---- elements ----

  #build() {
    const choose = make("button", "choose", this.#title, this.#summary);
    choose.addEventListener("click", () => this.#listener.chosen(this));
    this.#calendar = new WeekCalendar(
      DAYS.map((day) => this.#dayControl(day)),
      (week) => this.#write(writeWeek(week)),
      () => this.#listener.chosen(this),
    );
    this.form = this.#buildForm();
    this.element.append(choose, this.#calendar.element);
  }

  #dayControl(day) {
    const field = this.#fields.get(day);
    field.error = make("span");
    this.#prepare(field);
    return field.control;
  }

  #prepare(field) {
    field.control.dataset.param = `Event.Schedule.${this.number}.${field.name}`;
    field.control.addEventListener("input", () => this.#write({ [field.name]: readControl(field.control, field) }));
  }

  #buildForm() {
    const form = make("form", "schedule-form");
    form.noValidate = true;
    for (const [title, names] of Object.entries(PARTS)) {
      const part = make("fieldset", "", make("legend", "", title), ...names.map((name) => this.#buildField(this.#fields.get(name))));
      if (HINTS[title]) part.append(make("p", "hint", HINTS[title]));
      form.append(part);
    }
    const remove = make("button", "button remove", "Delete schedule");
    remove.addEventListener("click", () => this.#listener.remove(this));
    form.append(remove);
    form.addEventListener("submit", (event) => event.preventDefault());
    return form;
  }

  #buildField(field) {
    const isSwitch = field.type === "switch";
    const row = make("div", isSwitch ? "parameter toggle" : "parameter");
    const id = `s${this.number}-${field.name}`;
    const label = make("label", "", field.label);
    label.htmlFor = field.control.id = id;
    const box = make("span", isSwitch ? "switch" : "box", field.control);
    [field.row, field.note, field.error] = [row, make("p", "hint"), make("p", "wrong")];
    field.error.setAttribute("role", "alert");
    Object.assign(field.error, { id: `${id}-error` });
    field.control.setAttribute("aria-describedby", `${id}-error`);
    if (field.unit && !isSwitch) box.append(make("span", "unit", field.unit));
    this.#prepare(field);
    row.append(label, box, field.note, field.error);
    return row;
  }

  #write(values) {
    Object.assign(this.#values, values);
    for (const name of Object.keys(values)) setText(this.#fields.get(name).error, "");
    this.#showAll();
    this.#listener.changed();
  }

  #showAll() {
    for (const [name, field] of this.#fields) {
      if (readControl(field.control, field) !== this.#values[name]) writeControl(field.control, field, this.#values[name]);
      if (!field.row) continue;
      field.row.hidden = NEEDED[name] ? !(Number(this.#values[NEEDED[name]]) > 0) : name.startsWith("ScheduleTime") && /Hour|Min$/.test(name) && this.#values.ScheduleTimeStatus !== "1";
      const other = this.#elsewhere.has(name) && `Changed by another client to ${describeValue(field, this.#stored[name])}`;
      setText(field.note, other || this.#warning(field));
    }
    const week = readWeek(this.#values);
    this.#calendar.show(week);
    this.#calendar.element.setAttribute("role", "group");
    this.#calendar.element.setAttribute("aria-label", `Week of ${this.name}`);
    setText(this.#title, this.name || "Unnamed");
    setText(this.#summary, this.#describe(week));
    this.element.classList.toggle("off", this.#values.Enable !== "1");
    this.element.classList.toggle("edited", this.isEdited);
  }

  #warning({ name, warning }) {
    return warning && this.#values[name] === "1" ? warning : "";
  }

  #describe(week) {
    const list = (words) => Object.keys(words).filter((name) => this.#values[name] === "1").map((name) => words[name]).join(", ");
    const off = this.#values.Enable === "1" ? "" : "Off. ";
    const seconds = Number(this.#values.SnapshotInterval);
    const triggers = [list(TRIGGERS), seconds > 0 && `a picture every ${seconds} s`].filter(Boolean).join(", ");
    const actions = list(ACTIONS);
    const times = `${describeDays(week)}, ${describeHours(week)}`;
    return `${off}${times.charAt(0).toUpperCase()}${times.slice(1)}: ${triggers || "nothing"} → ${actions || "nothing"}`;
  }
}
