"""``/cgi/mjpg/mjpg.cgi``: live JPEG pictures for any client, without the SDK's payload header (clarifications, 3)."""

from ipcamd.cgi.endpoint import Call, Join
from ipcamd.cgi.stream.framing import PLAIN_STREAM, mixed_replace
from ipcamd.cgi.stream.stream_endpoint import stream_endpoint


def mjpg(call: Call) -> Join:
    """Join the MJPEG stream in the form for browsers and players."""
    return mixed_replace(call.camera.pipeline.mjpeg)


_ALIASES = ("/cgi/mjpg/video.mjpg", "/cgi/mjpg/video.cgi")
ENDPOINT = stream_endpoint("/cgi/mjpg/mjpg.cgi", mjpg, PLAIN_STREAM, aliases=_ALIASES)
