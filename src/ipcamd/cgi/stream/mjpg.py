"""``/cgi/mjpg/mjpg.cgi``: live JPEG pictures for any client, without the SDK's payload header (clarifications, 3)."""

from ipcamd.cgi.endpoint import Call, Endpoint, Join, never
from ipcamd.cgi.stream.framing import PLAIN_STREAM, mixed_replace
from ipcamd.params.group import Rank


def mjpg(call: Call) -> Join:
    """Join the MJPEG stream in the form for browsers and players."""
    return mixed_replace(call.camera.pipeline.mjpeg)


ENDPOINT = Endpoint(
    "/cgi/mjpg/mjpg.cgi",
    Rank.GUEST,
    mjpg,
    ("/cgi/mjpg/video.mjpg", "/cgi/mjpg/video.cgi"),
    changes=never,
    answers=(PLAIN_STREAM,),
)
