"""``/cgi/h264/h264.cgi``: the H.264 stream at an address of older clients."""

from ipcamd.cgi.endpoint import Call, Join
from ipcamd.cgi.stream.framing import ARGUMENTS, SDK_STREAM, bare_stream, join_video
from ipcamd.cgi.stream.stream_endpoint import stream_endpoint
from ipcamd.media.codecs import H264


def h264(call: Call) -> Join:
    """Join the H.264 stream, with the SDK's payload header unless ``header=no``. Raises ``RequestFailed``."""
    return join_video(call, call.camera.pipeline.h264)


ENDPOINT = stream_endpoint("/cgi/h264/h264.cgi", h264, SDK_STREAM, bare_stream(H264), arguments=ARGUMENTS)
