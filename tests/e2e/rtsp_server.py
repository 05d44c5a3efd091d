"""A small RTSP camera of GStreamer's, for Debian's Python: a ball at rtsp://127.0.0.1:PORT/ball; prints PORT."""

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

PIPELINE = (
    "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=480,framerate=15/1 "
    "! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! rtph264pay name=pay0 config-interval=1 )"
)

Gst.init(None)
server = GstRtspServer.RTSPServer(address="127.0.0.1", service="0")
factory = GstRtspServer.RTSPMediaFactory(launch=PIPELINE, shared=True)
server.get_mount_points().add_factory("/ball", factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
