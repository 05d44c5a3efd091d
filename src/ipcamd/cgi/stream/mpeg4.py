"""``/cgi/mpeg4/mpeg4.cgi``: the MPEG-4 stream at an address of older clients."""

from ipcamd.cgi.endpoint import Call, Join
from ipcamd.cgi.stream.framing import ARGUMENTS, SDK_STREAM, bare_stream, join_video
from ipcamd.cgi.stream.stream_endpoint import stream_endpoint
from ipcamd.media.codecs import MPEG4


def mpeg4(call: Call) -> Join:
    """Join the MPEG-4 stream, with the SDK's payload header unless ``header=no``. Raises ``RequestFailed``."""
    return join_video(call, call.camera.pipeline.mpeg4)


ENDPOINT = stream_endpoint("/cgi/mpeg4/mpeg4.cgi", mpeg4, SDK_STREAM, bare_stream(MPEG4), arguments=ARGUMENTS)
