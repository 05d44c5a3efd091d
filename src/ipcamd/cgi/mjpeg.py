"""``/cgi/mjpg/mjpeg.cgi``: live JPEG pictures (SDK 3.1), and ``/cgi/mjpg/mjpg.cgi``: the same for any client."""

from ipcamd.cgi.endpoint import Call, Endpoint, Join, never
from ipcamd.cgi.framing import join, plain
from ipcamd.params.group import Rank


def mjpeg(call: Call) -> Join:
    """Join the MJPEG stream, with the SDK's payload header unless ``header=no``."""
    hub = call.camera.pipeline.mjpeg
    return join(call, hub, plain(hub))


def mjpg(call: Call) -> Join:
    """Join the MJPEG stream as browsers and players know it."""
    return plain(call.camera.pipeline.mjpeg)


ENDPOINTS = (
    Endpoint("/cgi/mjpg/mjpeg.cgi", Rank.GUEST, mjpeg, changes=never),
    Endpoint("/cgi/mjpg/mjpg.cgi", Rank.GUEST, mjpg, ("/cgi/mjpg/video.mjpg", "/cgi/mjpg/video.cgi"), changes=never),
)
