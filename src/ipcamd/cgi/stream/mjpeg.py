"""``/cgi/mjpg/mjpeg.cgi``: live JPEG pictures (SDK 3.1)."""

from ipcamd.cgi.endpoint import Call, Join
from ipcamd.cgi.stream.framing import ARGUMENTS, PLAIN_STREAM, SDK_STREAM, join_stream, mixed_replace
from ipcamd.cgi.stream.stream_endpoint import stream_endpoint
from ipcamd.cgi.stream.stream_selection import select_stream


def mjpeg(call: Call) -> Join:
    """Join the MJPEG stream, with the SDK's payload header unless ``header=no``. Raises ``RequestFailed``."""
    hub = select_stream(call, call.camera.pipeline.mjpeg)
    return join_stream(call, hub, mixed_replace(hub))


ENDPOINT = stream_endpoint("/cgi/mjpg/mjpeg.cgi", mjpeg, SDK_STREAM, PLAIN_STREAM, arguments=ARGUMENTS)
