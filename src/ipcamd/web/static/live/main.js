// Live page: connects stream, renderer, statistics and view.

import { StreamStatistics } from "./statistics.js";
import "../device/device_controls.js";
import "../lens/lens_controls.js";
import { MotionPanel } from "../motion/motion_panel.js";
import { PtzPanel } from "../ptz/ptz_panel.js";
import { pauseInBackground } from "../shared/background_pause.js";
import { getFromCamera, readValues } from "../shared/camera_request.js";
import { tellMissingParts } from "../shared/missing_part.js";
import { StateStream } from "../shared/state_stream.js";
import { showToast } from "../shared/toast.js";
import { PictureDelay } from "./picture_delay.js";
import { bindKeys } from "./keys.js";
import { NO_PICTURE_MS, playableStreams, rememberStream, rememberedStream, titleOf } from "./playback_methods.js";
import { View } from "./view.js";

const ABOUT = "cgi/param.cgi?action=list&group=System.Info"; // the parts that this account may see

const view = new View();
tellMissingParts(showToast);
let stream = null;
let picture = null;
let sound = null; // plays the sound of streams whose renderer does not
const motion = new MotionPanel(view.canvas, showToast);
const ptz = new PtzPanel(view.canvas, showToast);
const panels = [motion, ptz];
let zoom = null; // loaded when a pointer, the focus or a key first needs it
let talk = null; // loaded if this camera has a speaker, and this account may use it
let streams = new Map(); // streams that this browser plays
let hasH265 = view.player.dataset.h265 === "on"; // whether the camera sends it
let method = null; // the playing one
const blocked = new Map(); // by stream, the better method that the network blocked
let methodReturn = null; // loaded when the network first blocks a method
let pictureDue = null; // timer
let isHeard = false; // whether the user has switched the sound on
let recording = null; // loaded when it is first used
let meter = new StreamStatistics();
const pictureDelay = new PictureDelay();

// ---- watching ----

async function watch(name) {
  leave();
  const wanted = (method = streams.get(name));
  view.showMethod(method);
  view.state("connecting", "Connecting to the camera");
  const { Renderer, read, Client } = await method.load();
  if (method !== wanted) return; // another stream was selected meanwhile
  picture = new Renderer(view.canvas, drawn, () => giveUp(name));
  letHear();
  stream = new Client(method.path, {
    connecting: (again) => (again ? view.trying() : view.state("connecting", "Connecting to the camera")),
    connected: () => connected(name),
    frame: take,
    waiting: (why, seconds) => idle("waiting", why, { seconds }),
    refused: (why) => idle("refused", why, { again: true }),
    unplayable: () => giveUp(name),
    unreachable: () => {
      blocked.set(name, method);
      giveUp(name);
    },
  }, read);
  stream.start();
  if (blocked.has(name)) awaitReturn(name);
}

/** Try the better method in the background. */
async function awaitReturn(name) {
  const { MethodReturn } = await import("./method_return.js");
  if (method !== streams.get(name)) return; // another stream was selected meanwhile
  methodReturn ??= new MethodReturn();
  methodReturn.begin(blocked.get(name), () => resume(name));
}

/** The network passes the better method again. */
function resume(name) {
  streams.set(name, blocked.get(name));
  blocked.delete(name);
  watch(name);
}

function take(frame) {
  if (frame.kind === "init") {
    if (frame.sound) view.sound.hidden = false;
    return picture.show(frame);
  }
  if (frame.kind === "traffic") {
    if (frame.hasSound) view.sound.hidden = false;
    meter.received(frame.bytes, performance.now());
    return picture.show(frame);
  }
  meter.arrived(frame, performance.now());
  if (frame.kind === "audio" && !frame.interleaved) return hear(frame);
  if (frame.levels) motion.tell(frame.levels);
  return picture.show(frame);
}

/** Fall back to another method or stream, because this browser or its network cannot play the present one. */
function giveUp(name) {
  if (name === "mjpeg" || !stream) return;
  if (method.otherwise) {
    streams.set(name, method.otherwise);
    watch(name);
    return;
  }
  const next = name === "h265" && streams.has("h264") ? "h264" : "mjpeg";
  showToast(`This browser cannot play ${titleOf(name)}; the stream is ${titleOf(next)}`);
  choose(next);
  watch(next);
}

/** Offer the streams that the camera has. */
function offer() {
  view.offer(hasH265 ? ["h264", "h265", "mjpeg"] : ["h264", "mjpeg"], streams);
}

/** The camera's H.265 has been enabled or disabled. */
function followH265(isEnabled) {
  hasH265 = isEnabled;
  if (!streams.size) return; // the page still looks what this browser plays
  offer();
  if (hasH265 || chosen() !== "h265") return;
  const [best] = streams.keys();
  choose(best);
  if (stream) watch(best);
}

function hear(frame) {
  view.sound.hidden = false; // whether the camera offers sound
  sound?.play(frame);
}

/** Switch the sound on or off. */
function letHear() {
  const playsIt = "muted" in picture;
  if (playsIt) picture.muted = !isHeard;
  if (isHeard && !playsIt) playSound();
  else sound?.switchOff();
  view.sound.setAttribute("aria-pressed", String(isHeard));
}

async function playSound() {
  const { AudioPlayer } = await import("./audio_player.js");
  sound ??= new AudioPlayer();
  if (isHeard) sound.switchOn();
}

function leave() {
  clearTimeout(pictureDue);
  methodReturn?.cancel();
  stream?.stop();
  picture?.close();
  stream = picture = method = null;
}

function idle(state, why = "", more = {}) {
  clearTimeout(pictureDue);
  view.state(state, why, more);
  view.readout(null);
  motion.tell([0, 0, 0]);
}

function connected(name) {
  meter = new StreamStatistics();
  clearTimeout(pictureDue);
  pictureDue = setTimeout(() => document.hidden || giveUp(name), NO_PICTURE_MS);
  pictureDelay.expire(); // the camera may have a new clock, and a new name
  methodReturn?.hurry();
  learn();
  motion.load();
}

function drawn(frame) {
  clearTimeout(pictureDue);
  const time = performance.now();
  if (method?.countsDrawn) meter.arrived(frame, time);
  if (view.player.dataset.state !== "live") view.state("live");
  if (view.size(view.canvas.width, view.canvas.height)) motion.place();
  const delay = pictureDelay.measure(frame.captured);
  if (delay !== null) meter.drawn(delay, time);
}

// ---- measurements ----

async function synchronize() {
  if (await pictureDelay.synchronize()) meter.restartDelays();
}

let lostBefore = 0;
setInterval(() => {
  const isLive = view.player.dataset.state === "live";
  const { rate, bits, delay, lost } = isLive ? meter.read(performance.now()) : { rate: 0, bits: 0, delay: null, lost: 0 };
  view.draw({ rate, bits, delay, lost: Math.max(0, lost - lostBefore) });
  lostBefore = lost;
}, 1000);

setInterval(() => {
  if (view.player.dataset.state !== "live") return;
  synchronize();
  view.readout(meter.read(performance.now()));
  motion.describe();
}, 500);

async function learn() {
  try {
    const answer = await getFromCamera(ABOUT);
    if (answer.ok) view.info(readValues(await answer.text()));
  } catch {
    // the loaded page already shows the name
  }
}

// ---- user actions ----

function chosen() {
  return view.choice.querySelector("input:checked").value;
}

function choose(name) {
  view.choice.querySelector(`[value=${name}]`).checked = true;
}

function togglePause() {
  if (view.player.dataset.state === "paused") return watch(chosen());
  leave();
  idle("paused");
}

function toggleSound() {
  if (view.sound.hidden) return;
  isHeard = !isHeard;
  if (picture) letHear();
}

async function saveSnapshot() {
  view.flash();
  try {
    const { saveSnapshotFile } = await import("./snapshot_file.js");
    // while paused, the snapshot is the picture on the screen
    const shown = view.player.dataset.state === "paused" ? view.canvas : null;
    showToast(`Saved ${await saveSnapshotFile(document.title, shown)}`);
  } catch {
    showToast("Snapshot failed: the camera did not return a picture");
  }
}

async function toggleRecording() {
  const { StreamRecording } = await import("./stream_recording.js");
  recording ??= new StreamRecording(view);
  recording.toggle();
}

function toggleFull() {
  if (document.fullscreenElement) document.exitFullscreen();
  else view.player.requestFullscreen();
}

async function loadZoom() {
  const { DigitalZoom } = await import("../zoom/digital_zoom.js");
  zoom ??= new DigitalZoom(() => ptz.isAiming);
}

/** @param {"zoomIn" | "zoomOut" | "reset"} how */
async function magnify(how) {
  await loadZoom();
  zoom[how]();
}

/** Show or hide a panel; close the other one in the same place. */
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

function pauseWatching() {
  if (!stream) return;
  leave();
  idle("asleep", "Paused in the background");
}

function resumeWatching() {
  if (view.player.dataset.state === "asleep") watch(chosen());
  else stream?.retryNow();
}

const actions = {
  pause: togglePause,
  fullScreen: toggleFull,
  sound: toggleSound,
  snapshot: saveSnapshot,
  record: toggleRecording,
  talk: () => talk?.press(),
  motion: () => switchTo(motion),
  ptz: () => switchTo(ptz),
  zoomIn: () => magnify("zoomIn"),
  zoomOut: () => magnify("zoomOut"),
  zoomReset: () => magnify("reset"),
};
bindKeys(actions);
for (const name of ["pause", "sound", "record", "motion", "ptz"]) view[name].addEventListener("click", actions[name]);
view.snapshot.addEventListener("click", (event) => {
  event.preventDefault();
  saveSnapshot();
});
for (const kind of ["pointerenter", "touchstart"]) view.stage.addEventListener(kind, loadZoom, { passive: true });
for (const [button, how] of view.zoomButtons) button.addEventListener("click", () => magnify(how));
view.full.hidden = !document.fullscreenEnabled;
view.full.addEventListener("click", toggleFull);
view.canvas.addEventListener("dblclick", () => ptz.isOpen || toggleFull());
document.addEventListener("fullscreenchange", () => view.full.setAttribute("aria-pressed", String(Boolean(document.fullscreenElement))));
view.again.addEventListener("click", () => watch(chosen()));
view.choice.addEventListener("change", () => {
  rememberStream(chosen());
  watch(chosen());
});
addEventListener("beforeunload", (event) => recording?.isRunning && event.preventDefault());
view.player.addEventListener("pointermove", stirred);
view.player.addEventListener("pointerdown", stirred);
pauseInBackground(pauseWatching, resumeWatching);
addEventListener("online", () => stream?.retryNow());
addEventListener("online", () => methodReturn?.hurry());

new StateStream({
  state: (parts) => {
    ptz.take(parts);
    if (parts.motion && !method?.tellsLevels) motion.tell(parts.motion);
    view.device.take(parts);
    view.lens.take(parts);
  },
  settings: (group, values) => {
    ptz.settings(group, values);
    if (group === "Image.H265") followH265(values.Enabled === "yes");
  },
});

async function offerTalk() {
  if (view.player.dataset.rank === "guest") return;
  const answer = await getFromCamera("cgi/audio/talk.cgi").catch(() => null); // the stream reports a failure
  if (!answer?.ok || (await answer.text()).startsWith("Request failed")) return;
  const { TalkButton } = await import("../talk/talk_button.js");
  talk = new TalkButton(() => stream?.talkChannel ?? null);
}

async function begin() {
  streams = await playableStreams(view.player.dataset.webrtc === "on");
  offer();
  const [best] = streams.keys();
  choose(view.offers(rememberedStream()) ? rememberedStream() : best);
  watch(chosen());
  offerTalk();
}
begin();
