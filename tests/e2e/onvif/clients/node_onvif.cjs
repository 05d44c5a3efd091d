// Steps of node-onvif. usage: node_onvif.cjs PORT PASSWORD
const onvif = require("node-onvif");

const [port, pass] = process.argv.slice(2);

(async () => {
  const device = new onvif.OnvifDevice({ xaddr: `http://127.0.0.1:${port}/onvif/device_service`, user: "admin", pass });
  const information = await device.init();
  const snapshot = await device.fetchSnapshot();
  const found = {
    serial: information.SerialNumber,
    profiles: device.getProfileList().map((profile) => profile.token),
    stream: device.getUdpStreamUrl(),
    snapshot: snapshot.headers["content-type"],
  };
  await device.ptzMove({ speed: { x: 0.1, y: 0, z: 0 }, timeout: 1 });
  await device.ptzStop();
  console.log(JSON.stringify(found));
})();
