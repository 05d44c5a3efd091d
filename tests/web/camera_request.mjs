// Requests to the camera: what is sent, and the reasons of failures.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const { cameraUrl, getFromCamera, postToCamera, readJson, readValues, sendCommand, sendRequest, updateSettings } = await import(`${process.env.MODULES}/shared/camera_request.js`);
const { sendForm } = await import(`${process.env.MODULES}/requests/form_request.js`);

let sent;

function answer(status, text) {
  globalThis.fetch = async (url, options) => {
    sent.push({ url: url.href, ...options });
    return { status, ok: status < 400, text: async () => text, json: async () => JSON.parse(text) };
  };
}

beforeEach(() => {
  sent = [];
  globalThis.location = { href: "http://me:secret@camera.test/yard/recordings?x#y" };
});

test("an address is below the page's folder and contains no login", () => {
  assert.equal(cameraUrl("web/now", { a: "1 2" }).href, "http://camera.test/yard/web/now?a=1+2");
});

test("a request that reads bypasses the browser's cache", async () => {
  answer(200, "");
  await getFromCamera("web/now", { a: 1 });
  assert.equal(sent[0].url, "http://camera.test/yard/web/now?a=1");
  assert.equal(sent[0].cache, "no-store");
});

test("a request that changes something proves that it comes from a page; values are sent as a form", async () => {
  answer(200, "");
  const blob = new Blob(["x"]);
  await postToCamera("sdcard.cgi", { action: "format" });
  await postToCamera(cameraUrl("cgi/audio/talk.cgi"), blob);
  assert.deepEqual(sent.map(({ method, headers }) => [method, headers]), Array(2).fill(["POST", { "X-Camera-Page": "1" }]));
  assert.equal(String(sent[0].body), "action=format");
  assert.equal(sent[1].body, blob);
});

for (const [name, status, text, why] of [
  ["the camera's words", 200, "Request failed: Port=0: allowed: 1 to 65535\r\n", "Port=0: allowed: 1 to 65535"],
  ["the camera's words with a status", 403, "this account may not do that\r\n", "this account may not do that"],
  ["the status, if there are no words", 503, "", "the camera answered 503"],
  ["the status, not the page of a proxy", 502, "<html><h1>Bad Gateway</h1></html>", "the camera answered 502"],
  ["the missing answer, if a proxy sends its login page instead", 200, "<!doctype html><form></form>", "the camera does not answer"],
]) {
  test(`the reason of a failure is ${name}`, async () => {
    answer(status, text);
    await assert.rejects(sendRequest("x", {}), { message: why });
    assert.equal(await sendCommand("x", {}), why);
    assert.deepEqual(await sendForm("x", {}), { errors: { "": why } });
  });
}

test("a camera that does not answer is the reason, not the browser's words", async () => {
  globalThis.fetch = async () => { throw new TypeError("Failed to fetch"); };
  const why = "the camera does not answer";
  await assert.rejects(readJson("web/settings"), { message: why });
  assert.equal(await sendCommand("x", {}), why);
  assert.deepEqual(await sendForm("x", {}), { errors: { "": why } });
});

test("an answer that is interrupted is none", async () => {
  const fail = async () => { throw new TypeError("network error"); };
  globalThis.fetch = async () => ({ status: 200, ok: true, text: fail, json: fail });
  assert.equal(await sendCommand("x", {}), "the camera does not answer");
  await assert.rejects(readJson("x"), { message: "the camera does not answer" });
});

test("success has no reason", async () => {
  answer(204, "");
  assert.equal(await sendCommand("cgi/ptz/ptz.cgi", { move: "up" }), "");
  answer(200, "OK\r\n");
  assert.equal(await sendRequest("x", {}), "OK\r\n");
  answer(200, '{"values":{"a":"1"}}');
  assert.deepEqual(await sendForm("web/update", {}), { values: { a: "1" } });
  assert.deepEqual(await readJson("web/settings", { group: "System" }), { values: { a: "1" } });
});

test("settings are set by the account's own rank", async () => {
  answer(200, "GPIO.TriggerOutStatus1=high\r\n");
  assert.equal(await updateSettings("GPIO", { TriggerOutStatus1: "high" }), "");
  assert.equal(sent[0].url, "http://camera.test/yard/cgi/param.cgi");
  assert.equal(String(sent[0].body), "action=update&group=GPIO&TriggerOutStatus1=high");
});

test("values of lines, with the group's name or without it", () => {
  const text = "[PTZ.PresetList]\r\nPTZ.PresetList.Preset1=1|5|a.b=c\r\nmdname=x|y\r\nEmpty=\r\n\r\n";
  assert.deepEqual(readValues(text), { Preset1: "1|5|a.b=c", mdname: "x|y", Empty: "" });
});
