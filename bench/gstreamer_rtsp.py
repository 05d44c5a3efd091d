"""The peer: GStreamer's RTSP server with one shared H.264 stream, from a file in a loop or from a camera.

Runs in the system's Python (Debian: python3-gi, gir1.2-gst-rtsp-server-1.0). usage: gstreamer_rtsp.py PORT FILE|URL FPS
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

PIPELINE = (
    "( multifilesrc location={file} loop=true ! h264parse ! video/x-h264,framerate={fps}/1,alignment=au"
    " ! rtph264pay name=pay0 pt=96 config-interval=-1 mtu=1412 )"
)

RELAY = (
    "( rtspsrc location={file} latency=0 protocols=tcp ! rtph264depay ! h264parse"
    " ! rtph264pay name=pay0 pt=96 config-interval=-1 mtu=1412 )"
)


def main() -> None:
    port, file, fps = sys.argv[1:]
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch((RELAY if file.startswith("rtsp:") else PIPELINE).format(file=file, fps=fps))
    factory.set_shared(True)
    server.get_mount_points().add_factory("/h264", factory)
    server.attach(None)
    GLib.MainLoop().run()


main()
