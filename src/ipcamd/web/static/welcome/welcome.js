// Welcome page: set-up of password, name, time zone and picture; each step applies at once.

import "../live/small_picture.js";
import { describeParameters } from "../settings/parameter_form.js";
import { cameraUrl, sendCommand, updateSettings } from "../shared/camera_request.js";

const steps = [...document.querySelectorAll(".step")];
const account = document.getElementById("welcome").dataset.account;
let at = 0;
let password = ""; // the new password, kept until the page is closed, because the browser still has the old one

const apply = {
  async password(form) {
    const { password: chosen, again } = Object.fromEntries(new FormData(form));
    if (chosen !== again) return "The two passwords differ.";
    const why = await sendCommand("cgi/admin/pwdgrp.cgi", { action: "update", user: account, pwd: chosen });
    if (why) return why;
    password = chosen;
    await logIn();
    return "";
  },

  async name(form) {
    const why = await updateSettings("System.Info", Object.fromEntries(new FormData(form)));
    if (!why) await logIn(); // the name is part of the login, so the browser would ask again
    return why;
  },

  time({ elements }) {
    return updateSettings("Time", {
      TimeZone: elements.TimeZone.value,
      DaylightSaving: elements.DaylightSaving.checked ? "on" : "off",
      SyncSource: elements.SyncSource.checked ? "NTP" : "manually",
    });
  },

  async picture() {
    await leave();
    return "";
  },
};

/** Make the browser use the new password; otherwise the browser would ask for it. */
function logIn() {
  if (!password) return Promise.resolve();
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("GET", cameraUrl("web/now"), true, account, password);
    request.addEventListener("loadend", resolve);
    request.send();
  });
}

async function leave() {
  await sendCommand("web/welcome/end");
  location.replace(cameraUrl("./"));
}

function show(number) {
  at = number;
  steps.forEach((step, each) => (step.hidden = each !== at));
  document.getElementById("place").textContent = `Step ${at + 1} of ${steps.length}`;
  document.getElementById("progress").value = at + 1;
  if (steps[at].dataset.step === "picture") document.getElementById("picture").replaceChildren(document.getElementById("picture-template").content.cloneNode(true));
  steps[at].querySelector("input:not([type=hidden]), select").focus();
}

async function fillIn() {
  const described = await describeParameters();
  const zone = described.get("Time.TimeZone");
  const list = document.querySelector("[name=TimeZone]");
  list.append(...zone.words.map((word, each) => new Option(zone.labels[each], word)));
  list.value = likelyZone(zone) ?? zone.value;
  for (const name of ["Mirror", "Flip"]) {
    const box = document.querySelector(`[name=${name}]`);
    const param = described.get(`ImageSource.IO.Sensor.${name}`);
    box.checked = param.value === param.words[0];
    box.addEventListener("change", async () => {
      const why = await updateSettings("ImageSource.IO.Sensor", { [name]: param.words[box.checked ? 0 : 1] });
      box.form.querySelector(".wrong").textContent = why;
      if (why) box.checked = !box.checked;
    });
  }
}

/** The camera's time zone for this device's zone, or one with the same offset. */
function likelyZone({ words, labels, value }) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const year = new Date().getFullYear();
  const minutes = -Math.max(...[0, 6].map((month) => new Date(year, month, 1).getTimezoneOffset())); // standard time
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((number) => String(number).padStart(2, "0"));
  const offset = `(${minutes < 0 ? "-" : "+"}${hours}:${rest})`;
  const found = labels.findIndex((label) => label.startsWith(`${here} `));
  if (found < 0 && labels[words.indexOf(value)]?.endsWith(offset)) return value;
  return words[found >= 0 ? found : labels.findIndex((label) => label.endsWith(offset))];
}

for (const form of steps)
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [place, button] = [form.querySelector(".wrong"), form.querySelector("[type=submit]")];
    place.textContent = "";
    button.disabled = true;
    place.textContent = await apply[form.dataset.step](form);
    button.disabled = false;
    if (!place.textContent && form !== steps.at(-1)) show(at + 1);
  });
for (const button of document.querySelectorAll("[data-skip]")) button.addEventListener("click", () => show(at + 1));
document.getElementById("later").addEventListener("click", leave);

show(0);
try {
  await fillIn();
} catch (error) {
  document.querySelector("[data-step=time] .wrong").textContent = `The settings cannot be loaded: ${error.message}`;
}
