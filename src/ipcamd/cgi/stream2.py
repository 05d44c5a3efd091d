"""``/cgi/mpeg/stream2.cgi``: the second video stream (SDK 3.2)."""

from ipcamd.cgi.endpoint import Call, Endpoint, Join, never
from ipcamd.cgi.framing import numbered
from ipcamd.params.group import Rank


def stream2(call: Call) -> Join:
    """Join the second stream, or the one that ``codec=`` names."""
    return numbered(call, 2)


ENDPOINT = Endpoint("/cgi/mpeg/stream2.cgi", Rank.GUEST, stream2, ("/live/stream2.cgi",), changes=never)
