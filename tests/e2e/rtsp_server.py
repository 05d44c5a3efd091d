"""A small RTSP camera of GStreamer's, for Debian's Python: a ball at rtsp://127.0.0.1:PORT/ball; prints PORT.

At /datagrams the same, over UDP alone; at /asked with key frames on demand alone, and so at /asked_datagrams over UDP;
at /late it takes 3 s to begin.
With a file (PEM) as argument it speaks TLS and wants the login me:secret.
"""

import sys
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

PIPELINE = (
    "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=480,framerate=15/1 "
    "! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! rtph264pay name=pay0 config-interval=1 )"
)

Gst.init(None)
server = GstRtspServer.RTSPServer(address="127.0.0.1", service="0")
factory = GstRtspServer.RTSPMediaFactory(launch=PIPELINE, shared=True)
server.get_mount_points().add_factory("/ball", factory)
datagrams = GstRtspServer.RTSPMediaFactory(launch=PIPELINE)
datagrams.set_protocols(GstRtsp.RTSPLowerTrans.UDP)
server.get_mount_points().add_factory("/datagrams", datagrams)

offer = 'rtph264pay config-interval=1 ! capssetter name=pay0 caps="application/x-rtp,rtcp-fb-nack-pli=(boolean)true"'
launch = PIPELINE.replace("key-int-max=15", "key-int-max=100000").replace(
    "rtph264pay name=pay0 config-interval=1", offer
)
server.get_mount_points().add_factory("/asked", GstRtspServer.RTSPMediaFactory(launch=launch, shared=True))
asked = GstRtspServer.RTSPMediaFactory(launch=launch)  # a shared one may still be ending after the attempt over TCP
asked.set_protocols(GstRtsp.RTSPLowerTrans.UDP)
server.get_mount_points().add_factory("/asked_datagrams", asked)


class LateMediaFactory(GstRtspServer.RTSPMediaFactory):
    """Like servers that start their encoder on demand."""

    def do_create_element(self, url):
        """Take a while."""
        time.sleep(3)
        return Gst.parse_launch(PIPELINE)


server.get_mount_points().add_factory("/late", LateMediaFactory())
if len(sys.argv) > 1:
    auth, token = GstRtspServer.RTSPAuth(), GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "user")
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic("me", "secret"), token)
    permissions = GstRtspServer.RTSPPermissions()
    for permission in ("media.factory.access", "media.factory.construct"):
        permissions.add_permission_for_role("user", permission, True)
    factory.set_permissions(permissions)
    auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(sys.argv[1]))
    server.set_auth(auth)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
