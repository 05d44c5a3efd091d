"""``/cgi/mpeg/stream2.cgi``: the second video stream, MPEG-4 unless ``codec=`` names another (SDK 3.2)."""

from ipcamd.cgi.endpoint import Call, Join
from ipcamd.cgi.stream.numbered_stream import join_numbered, numbered_endpoint


def stream2(call: Call) -> Join:
    """Join the second stream, or that of ``codec=``, with the SDK's payload header unless ``header=no``."""
    return join_numbered(call, 2)


ENDPOINT = numbered_endpoint(2, stream2)
