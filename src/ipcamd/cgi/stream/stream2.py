"""``/cgi/mpeg/stream2.cgi``: the second video stream, MPEG-4 unless ``codec=`` names another (SDK 3.2)."""

from ipcamd.cgi.endpoint import Call, Endpoint, Join, never
from ipcamd.cgi.framing import NUMBERED_ANSWERS, NUMBERED_ARGUMENTS, join_numbered
from ipcamd.params.group import Rank


def stream2(call: Call) -> Join:
    """Join the second stream, or the one that ``codec=`` names, with the SDK's payload header unless ``header=no``."""
    return join_numbered(call, 2)


ENDPOINT = Endpoint(
    "/cgi/mpeg/stream2.cgi",
    Rank.GUEST,
    stream2,
    ("/live/stream2.cgi",),
    changes=never,
    arguments=NUMBERED_ARGUMENTS,
    answers=NUMBERED_ANSWERS,
)
