"""``/cgi/mpeg/stream1.cgi``: the first video stream, H.264 unless ``codec=`` names another (SDK 3.2)."""

from ipcamd.cgi.endpoint import Call, Join
from ipcamd.cgi.stream.numbered_stream import join_numbered, numbered_endpoint


def stream1(call: Call) -> Join:
    """Join the first stream, or that of ``codec=``, with the SDK's payload header unless ``header=no``."""
    return join_numbered(call, 1)


ENDPOINT = numbered_endpoint(1, stream1)
