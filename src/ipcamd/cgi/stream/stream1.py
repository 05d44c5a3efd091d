"""``/cgi/mpeg/stream1.cgi``: the first video stream, H.264 unless ``codec=`` names another (SDK 3.2)."""

from ipcamd.cgi.endpoint import Call, Endpoint, Join, never
from ipcamd.cgi.framing import NUMBERED_ANSWERS, NUMBERED_ARGUMENTS, join_numbered
from ipcamd.params.group import Rank


def stream1(call: Call) -> Join:
    """Join the first stream, or the one that ``codec=`` names, with the SDK's payload header unless ``header=no``."""
    return join_numbered(call, 1)


ENDPOINT = Endpoint(
    "/cgi/mpeg/stream1.cgi",
    Rank.GUEST,
    stream1,
    ("/live/stream1.cgi",),
    changes=never,
    arguments=NUMBERED_ARGUMENTS,
    answers=NUMBERED_ANSWERS,
)
