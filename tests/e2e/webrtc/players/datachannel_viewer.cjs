// Watch a stream by node-datachannel (libdatachannel); write the received RTP packets to a file, as JSON.
// usage: node datachannel_viewer.cjs URL AUTHORIZATION FILE
const { writeFileSync } = require("node:fs");
const { Audio, PeerConnection, RtcpReceivingSession, Video } = require("node-datachannel");

const [url, authorization, file] = process.argv.slice(2);
const PICTURES = 10;
const SOUNDS = 15; // packets

async function main() {
  const connection = new PeerConnection("viewer", { iceServers: [] });
  const video = new Video("0", "RecvOnly");
  video.addH264Codec(96);
  const audio = new Audio("1", "RecvOnly");
  audio.addAudioCodec(0, "PCMU/8000");
  const tracks = []; // kept from the garbage collector
  const packets = { video: [], audio: [] };
  let pictures = 0;
  const seen = new Promise((resolve) => {
    for (const [kind, media] of Object.entries({ video, audio })) {
      const track = connection.addTrack(media);
      tracks.push(track);
      track.setMediaHandler(new RtcpReceivingSession());
      track.onMessage((packet) => {
        packets[kind].push(packet.toString("hex"));
        pictures += kind === "video" && packet[1] >> 7;
        if (pictures >= PICTURES && packets.audio.length >= SOUNDS) resolve();
      });
    }
  });
  const gathered = new Promise((resolve) => connection.onGatheringStateChange((state) => state === "complete" && resolve()));
  connection.setLocalDescription();
  await gathered;
  const headers = { "Content-Type": "application/sdp", Authorization: authorization };
  const answer = await fetch(url, { method: "POST", headers, body: connection.localDescription().sdp });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  connection.setRemoteDescription(await answer.text(), "answer");
  await seen;
  connection.close();
  writeFileSync(file, JSON.stringify(packets));
}

main().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
