// Watch a stream by werift; write the received RTP packets to a file, as JSON.
// usage: node werift_viewer.cjs URL AUTHORIZATION FILE
const { writeFileSync } = require("node:fs");
const { RTCPeerConnection, useH264, usePCMU } = require("werift");

const [url, authorization, file] = process.argv.slice(2);
const PICTURES = 10;
const SOUNDS = 15; // packets

async function main() {
  const connection = new RTCPeerConnection({ iceServers: [], codecs: { video: [useH264()], audio: [usePCMU()] } });
  const packets = { video: [], audio: [] };
  let pictures = 0;
  const seen = new Promise((resolve) => {
    connection.onTrack.subscribe((track) => {
      track.onReceiveRtp.subscribe((packet) => {
        packets[track.kind].push(packet.serialize().toString("hex"));
        pictures += track.kind === "video" && packet.header.marker;
        if (pictures >= PICTURES && packets.audio.length >= SOUNDS) resolve();
      });
    });
  });
  for (const kind of ["video", "audio"]) connection.addTransceiver(kind, { direction: "recvonly" });
  await connection.setLocalDescription(await connection.createOffer());
  const headers = { "Content-Type": "application/sdp", Authorization: authorization };
  const answer = await fetch(url, { method: "POST", headers, body: connection.localDescription.sdp });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  await connection.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  await seen;
  await connection.close();
  writeFileSync(file, JSON.stringify(packets));
}

main().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
