"""``/cgi/mpeg4/mpeg4.cgi``: the MPEG-4 stream at an address of older clients."""

from ipcamd.cgi.endpoint import Call, Endpoint, Join, never
from ipcamd.cgi.stream.framing import ARGUMENTS, SDK_STREAM, bare_stream, join_video
from ipcamd.media.codecs import MPEG4
from ipcamd.params.group import Rank


def mpeg4(call: Call) -> Join:
    """Join the MPEG-4 stream, with the SDK's payload header unless ``header=no``. Raises ``RequestFailed``."""
    return join_video(call, call.camera.pipeline.mpeg4)


_ANSWERS = (SDK_STREAM, bare_stream(MPEG4))
ENDPOINT = Endpoint("/cgi/mpeg4/mpeg4.cgi", Rank.GUEST, mpeg4, changes=never, arguments=ARGUMENTS, answers=_ANSWERS)
