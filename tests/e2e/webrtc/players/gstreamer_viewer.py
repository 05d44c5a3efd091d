"""Watch a stream by GStreamer's webrtcbin; print the size and number of decoded pictures, and the bytes of sound.

For the system's Python (Debian: python3-gi, gir1.2-gst-plugins-bad-1.0, gstreamer1.0-nice).
usage: gstreamer_viewer.py URL AUTHORIZATION
"""

import json
import sys
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

PICTURES = 5
PATIENCE_S = 60
FORMATS = ("video,encoding-name=H264,clock-rate=90000,payload=96", "audio,encoding-name=PCMU,clock-rate=8000,payload=0")
DECODERS = {
    "video": "rtph264depay ! avdec_h264 ! fakesink name=sink signal-handoffs=true sync=false",
    "audio": "rtppcmudepay ! mulawdec ! fakesink name=sink signal-handoffs=true sync=false",
}


class Viewer:
    """One session."""

    def __init__(self, url: str, authorization: str) -> None:
        self._url, self._authorization = url, authorization
        self.loop = GLib.MainLoop()
        self.seen = {"pictures": 0, "sound": 0, "size": [0, 0]}
        self._pipeline = Gst.Pipeline.new()
        self._webrtc = Gst.ElementFactory.make("webrtcbin")
        self._webrtc.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
        self._pipeline.add(self._webrtc)
        self._webrtc.connect("notify::ice-gathering-state", self._note_gathering)
        self._webrtc.connect("pad-added", self._play)

    def start(self) -> None:
        """Make an offer."""
        self._pipeline.set_state(Gst.State.PLAYING)
        for form in FORMATS:
            caps = Gst.Caps.from_string(f"application/x-rtp,media={form}")
            self._webrtc.emit("add-transceiver", GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY, caps)
        self._webrtc.emit("create-offer", None, Gst.Promise.new_with_change_func(self._set_offer))

    def stop(self) -> None:
        self._pipeline.set_state(Gst.State.NULL)

    def _set_offer(self, promise: Gst.Promise, *_: object) -> None:
        reply = promise.get_reply()  # must outlive the offer in it
        self._webrtc.emit("set-local-description", reply.get_value("offer"), None)

    def _note_gathering(self, *_: object) -> None:
        if self._webrtc.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            GLib.idle_add(self._post)

    def _post(self) -> None:
        offer = self._webrtc.get_property("local-description").sdp.as_text()
        fields = {"Content-Type": "application/sdp", "Authorization": self._authorization}
        with urllib.request.urlopen(urllib.request.Request(self._url, offer.encode(), fields)) as answer:
            _, sdp = GstSdp.SDPMessage.new_from_text(answer.read().decode())
        described = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
        self._webrtc.emit("set-remote-description", described, None)

    def _play(self, _: object, pad: Gst.Pad) -> None:
        media = pad.get_current_caps().get_structure(0).get_string("media")
        decoder = Gst.parse_bin_from_description(DECODERS[media], True)
        decoder.get_by_name("sink").connect("handoff", self._note, media)
        self._pipeline.add(decoder)
        decoder.sync_state_with_parent()
        pad.link(decoder.sinkpads[0])

    def _note(self, _: object, buffer: Gst.Buffer, pad: Gst.Pad, media: str) -> None:
        if media == "video":
            shape = pad.get_current_caps().get_structure(0)
            self.seen["pictures"] += 1
            self.seen["size"] = [shape.get_int(name)[1] for name in ("width", "height")]
        else:
            self.seen["sound"] += buffer.get_size()
        if self.seen["pictures"] >= PICTURES and self.seen["sound"]:
            GLib.idle_add(self.loop.quit)


Gst.init()
viewer = Viewer(*sys.argv[1:])
viewer.start()
GLib.timeout_add_seconds(PATIENCE_S, viewer.loop.quit)
viewer.loop.run()
viewer.stop()
print(json.dumps(viewer.seen))
