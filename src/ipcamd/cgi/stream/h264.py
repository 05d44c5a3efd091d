"""``/cgi/h264/h264.cgi``: the H.264 stream at an address of older clients."""

from ipcamd.cgi.endpoint import Call, Endpoint, Join, never
from ipcamd.cgi.stream.framing import ARGUMENTS, SDK_STREAM, bare_stream, join_video
from ipcamd.media.codecs import H264
from ipcamd.params.group import Rank


def h264(call: Call) -> Join:
    """Join the H.264 stream, with the SDK's payload header unless ``header=no``. Raises ``RequestFailed``."""
    return join_video(call, call.camera.pipeline.h264)


_ANSWERS = (SDK_STREAM, bare_stream(H264))
ENDPOINT = Endpoint("/cgi/h264/h264.cgi", Rank.GUEST, h264, changes=never, arguments=ARGUMENTS, answers=_ANSWERS)
