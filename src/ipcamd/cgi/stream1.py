"""``/cgi/mpeg/stream1.cgi``: the main video stream (SDK 3.2), and the family's older addresses of one codec each."""

from ipcamd.cgi.endpoint import Call, Endpoint, Join, never
from ipcamd.cgi.framing import numbered, video
from ipcamd.params.group import Rank


def stream1(call: Call) -> Join:
    """Join the first stream, or the one that ``codec=`` names."""
    return numbered(call, 1)


def h264(call: Call) -> Join:
    """Join the H.264 stream."""
    return video(call, call.camera.pipeline.h264)


def mpeg4(call: Call) -> Join:
    """Join the MPEG-4 stream."""
    return video(call, call.camera.pipeline.mpeg4)


ENDPOINTS = (
    Endpoint("/cgi/mpeg/stream1.cgi", Rank.GUEST, stream1, ("/live/stream1.cgi",), changes=never),
    Endpoint("/cgi/h264/h264.cgi", Rank.GUEST, h264, changes=never),
    Endpoint("/cgi/mpeg4/mpeg4.cgi", Rank.GUEST, mpeg4, changes=never),
)
