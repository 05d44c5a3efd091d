// Steps of UniFi Protect and Scrypted, by their client onvif. usage: npm_onvif.cjs PORT PASSWORD
const { promisify } = require("node:util");
const { Cam } = require("onvif");

const [port, password] = process.argv.slice(2);
const options = { hostname: "127.0.0.1", port: Number(port), username: "admin", password, timeout: 20000 };

const camera = new Cam(options, async (error) => {
  if (error) throw error;
  const ask = (name, ...request) => promisify(camera[name].bind(camera))(...request);
  camera.on("eventsError", (failure) => { throw failure; });
  const event = await new Promise((resolve) => camera.once("event", resolve));
  const found = {
    profiles: camera.profiles.map((profile) => profile.$.token),
    stream: (await ask("getStreamUri", { protocol: "RTSP" })).uri,
    snapshot: (await ask("getSnapshotUri", {})).uri,
    serial: (await ask("getDeviceInformation")).serialNumber,
    topic: event.topic._,
  };
  await ask("continuousMove", { x: 0.1 });
  await ask("stop", {});
  console.log(JSON.stringify(found));
  process.exit(0);
});
