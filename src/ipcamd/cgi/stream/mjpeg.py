"""``/cgi/mjpg/mjpeg.cgi``: live JPEG pictures (SDK 3.1)."""

from ipcamd.cgi.endpoint import Call, Endpoint, Join, never
from ipcamd.cgi.stream.framing import ARGUMENTS, PLAIN_STREAM, SDK_STREAM, join_stream, mixed_replace
from ipcamd.cgi.stream.stream_selection import select_stream
from ipcamd.params.group import Rank


def mjpeg(call: Call) -> Join:
    """Join the MJPEG stream, with the SDK's payload header unless ``header=no``. Raises ``RequestFailed``."""
    hub = select_stream(call, call.camera.pipeline.mjpeg)
    return join_stream(call, hub, mixed_replace(hub))


ENDPOINT = Endpoint(
    "/cgi/mjpg/mjpeg.cgi",
    Rank.GUEST,
    mjpeg,
    changes=never,
    arguments=ARGUMENTS,
    answers=(SDK_STREAM, PLAIN_STREAM),
)
