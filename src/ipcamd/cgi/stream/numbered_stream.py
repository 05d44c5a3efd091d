"""Numbered streams (SDK 3.2): the endpoint of ``stream1.cgi`` and ``stream2.cgi``."""

from ipcamd.cgi.answer import TEXT
from ipcamd.cgi.arguments import Arguments, Undeclared
from ipcamd.cgi.endpoint import Action, Call, Endpoint, Join
from ipcamd.cgi.stream.framing import HEADER, SDK_STREAM, bare_stream, join_video
from ipcamd.cgi.stream.stream_endpoint import stream_endpoint
from ipcamd.cgi.stream.stream_selection import CODEC, STREAM, select_numbered
from ipcamd.media.codecs import JPEG, video_codecs

ARGUMENTS = Arguments(HEADER, STREAM, CODEC, undeclared=Undeclared.IGNORED)
ANSWERS = (TEXT, SDK_STREAM, *(bare_stream(codec) for codec in video_codecs() if codec is not JPEG))
"""The codec of a stream is a setting. Text explains a disabled stream."""


def join_numbered(call: Call, number: int) -> Join:
    """Join the stream with this number, or that of ``codec=``. Raises ``RequestFailed``."""
    return join_video(call, select_numbered(call, number))


def numbered_endpoint(number: int, action: Action) -> Endpoint:
    """Return the endpoint of the stream with this number."""
    path, alias = f"/cgi/mpeg/stream{number}.cgi", f"/live/stream{number}.cgi"
    return stream_endpoint(path, action, *ANSWERS, aliases=(alias,), arguments=ARGUMENTS)
