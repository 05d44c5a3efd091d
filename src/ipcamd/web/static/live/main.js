// Live page: connects stream, renderer, statistics and view.

import { cameraUrl } from "../shared/camera_url.js";
import { H264Renderer, canDecodeH264 } from "./h264_renderer.js";
import { StreamStatistics } from "./statistics.js";
import "../device/device_controls.js";
import "../lens/lens_controls.js";
import { MotionPanel } from "../motion/motion_panel.js";
import { PtzPanel } from "../ptz/ptz_panel.js";
import { StateStream } from "../shared/state_stream.js";
import { askCamera, browserTime, clockOffset } from "./clock_offset.js";
import { JpegRenderer } from "./jpeg_renderer.js";
import { AudioPlayer } from "./audio_player.js";
import { Stream } from "./stream.js";
import { View } from "./view.js";

const STREAMS = {
  mjpeg: { path: "cgi/mjpg/mjpeg.cgi", Picture: JpegRenderer },
  h264: { path: "cgi/mpeg/stream1.cgi?codec=h264", Picture: H264Renderer },
};
const ABOUT = "cgi/param.cgi?action=list&group=System.Info"; // as much as this account may know
const UNSEEN = 15_000; // milliseconds in the background before the connection is closed
const OFFSET_AGE = 60_000; // milliseconds after which the camera's clock is looked at again
const ABSURD = 3_000; // milliseconds by which a delay cannot change at once: a clock was set
const INCREDIBLE = 60_000; // milliseconds; a picture stamped by another clock than the camera's

const view = new View();
let stream = null;
let picture = null;
const sound = new AudioPlayer();
const motion = new MotionPanel(view.canvas, (text) => view.toast(text));
const ptz = new PtzPanel(view.canvas, (text) => view.toast(text));
const panels = [motion, ptz];
let meter = new StreamStatistics();
let offset = null; // the camera's clock ahead of the browser's, in milliseconds
let offsetAsked = -Infinity;
let lastDelay = null;

// ---- watching ----

function watch(name) {
  leave();
  const { path, Picture } = STREAMS[name];
  picture = new Picture(view.canvas, drawn);
  stream = new Stream(path, {
    connecting: (again) => (again ? view.trying() : view.state("connecting", "Connecting to the camera")),
    connected,
    frame: (frame) => {
      meter.arrived(frame, performance.now());
      if (frame.kind === "audio") return hear(frame);
      motion.tell(frame.levels);
      return picture.show(frame);
    },
    waiting: (why, seconds) => idle("waiting", why, { seconds }),
    refused: (why) => idle("refused", why, { again: true }),
  });
  stream.start();
}

function hear(frame) {
  view.sound.hidden = false; // the camera has sound for us
  sound.play(frame);
}

function leave() {
  stream?.stop();
  picture?.close();
  stream = picture = null;
}

function idle(state, why = "", more = {}) {
  view.state(state, why, more);
  view.readout(null);
  motion.tell([0, 0, 0]);
}

function connected() {
  meter = new StreamStatistics();
  offsetAsked = -Infinity; // the camera may have a new clock, and a new name
  learn();
  motion.load();
}

function drawn(frame) {
  const time = performance.now();
  if (view.player.dataset.state !== "live") view.state("live");
  if (view.size(view.canvas.width, view.canvas.height)) motion.place();
  if (offset === null) return;
  const delay = browserTime() + offset - frame.captured;
  if (lastDelay !== null && Math.abs(delay - lastDelay) > ABSURD) offsetAsked = -Infinity;
  lastDelay = delay;
  if (Math.abs(delay) < INCREDIBLE) meter.drawn(delay, time);
}

// ---- measurements ----

async function synchronize() {
  offsetAsked = performance.now();
  try {
    offset = await clockOffset(askCamera);
  } catch {
    offset = null;
  }
  meter.restartDelays();
  lastDelay = null;
}

setInterval(() => {
  if (view.player.dataset.state !== "live") return;
  if (performance.now() - offsetAsked > OFFSET_AGE) synchronize();
  view.readout(meter.read(performance.now()));
  motion.describe();
}, 500);

async function learn() {
  try {
    const answer = await fetch(cameraUrl(ABOUT), { cache: "no-store" });
    if (answer.ok) view.info(parameters(await answer.text()));
  } catch {
    // the page already has the name from when it was loaded
  }
}

/** `System.Info.Name=value` lines to an object of names. */
function parameters(text) {
  const lines = text.matchAll(/^System\.Info\.(\w+)=(.*?)\r?$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
}

// ---- user actions ----

function chosen() {
  return view.choice.querySelector("input:checked").value;
}

function togglePause() {
  if (view.player.dataset.state === "paused") return watch(chosen());
  leave();
  idle("paused");
}

function toggleSound() {
  if (view.sound.hidden) return;
  if (sound.on) sound.switchOff();
  else sound.switchOn();
  view.sound.setAttribute("aria-pressed", String(sound.on));
}

async function saveSnapshot() {
  view.flash();
  const name = `${document.title.replace(/[^\p{L}\p{N}._-]+/gu, "_") || "snapshot"}-${stamp(new Date())}.jpg`;
  try {
    // while paused, the snapshot is the picture on the screen
    save(await (view.player.dataset.state === "paused" ? seenPicture() : freshPicture()), name);
    view.toast(`Saved ${name}`);
  } catch {
    view.toast("Snapshot failed: the camera did not return a picture");
  }
}

async function freshPicture() {
  const answer = await fetch(cameraUrl("cgi/jpg/image.cgi"), { cache: "no-store" });
  if (!answer.ok) throw new Error(`the camera answered ${answer.status}`);
  return answer.blob();
}

function seenPicture() {
  return new Promise((resolve) => view.canvas.toBlob(resolve, "image/jpeg", 0.95));
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** 20260131-235959 */
function stamp(date) {
  const two = (number) => String(number).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("");
  return `${day}-${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join("")}`;
}

function toggleFull() {
  if (document.fullscreenElement) document.exitFullscreen();
  else view.player.requestFullscreen();
}

/** Show or hide a panel; another one, which has the same place, is closed. */
function switchTo(panel) {
  for (const other of panels) if (other !== panel && other.isOpen) other.toggle();
  panel.toggle();
}

let stillness = null;
function stirred() {
  view.player.classList.remove("still");
  clearTimeout(stillness);
  stillness = setTimeout(() => view.player.classList.add("still"), 2500);
}

let unseen = null;
function seenOrNot() {
  clearTimeout(unseen);
  if (!document.hidden) {
    if (view.player.dataset.state === "asleep") watch(chosen());
    else stream?.hurry();
    return;
  }
  unseen = setTimeout(() => {
    if (!stream) return;
    leave();
    idle("asleep", "Paused in the background");
  }, UNSEEN);
}

const KEYS = { " ": togglePause, k: togglePause, f: toggleFull, m: toggleSound, s: saveSnapshot, w: () => switchTo(motion), p: () => switchTo(ptz) };

function key(event) {
  const writing = event.target.matches("input[type=text], input[type=number]");
  const typing = event.target.closest("input, button, a") && [" ", "Enter"].includes(event.key);
  if (writing || typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const action = KEYS[event.key.toLowerCase()];
  if (!action) return;
  event.preventDefault();
  action();
}

view.pause.addEventListener("click", togglePause);
view.sound.addEventListener("click", toggleSound);
view.snapshot.addEventListener("click", (event) => {
  event.preventDefault();
  saveSnapshot();
});
view.motion.addEventListener("click", () => switchTo(motion));
view.ptz.addEventListener("click", () => switchTo(ptz));
view.full.hidden = !document.fullscreenEnabled;
view.full.addEventListener("click", toggleFull);
view.canvas.addEventListener("dblclick", () => ptz.isOpen || toggleFull());
document.addEventListener("fullscreenchange", () => view.full.setAttribute("aria-pressed", String(Boolean(document.fullscreenElement))));
view.again.addEventListener("click", () => watch(chosen()));
canDecodeH264().then((can) => (view.choice.hidden = !can));
view.choice.addEventListener("change", () => watch(chosen()));
view.player.addEventListener("pointermove", stirred);
view.player.addEventListener("pointerdown", stirred);
document.addEventListener("visibilitychange", seenOrNot);
document.addEventListener("keydown", key);
addEventListener("online", () => stream?.hurry());

new StateStream({
  state: (parts) => {
    ptz.take(parts);
    view.device.take(parts);
    view.lens.take(parts);
  },
  settings: (group, values) => ptz.settings(group, values),
});
watch(chosen());
