"""``/cgi/mp4/live.cgi``: pictures with sound as fragmented MP4, for browsers and players (our addition)."""

from ipcamd.cgi.answer import TEXT, Answer
from ipcamd.cgi.arguments import Argument, Arguments, Undeclared
from ipcamd.cgi.endpoint import Call, Framing, Join
from ipcamd.cgi.stream.stream_endpoint import stream_endpoint
from ipcamd.cgi.stream.stream_selection import explain_missing
from ipcamd.errors import RequestFailed
from ipcamd.media.codecs import H264, mp4_codecs
from ipcamd.media.mp4.stream import Mp4Stream
from ipcamd.params.kinds.choice import OneOf

CODEC = Argument(
    "codec", "The codec of the pictures.", OneOf(tuple(codec.name for codec in mp4_codecs())), default=H264.name
)
ARGUMENTS = Arguments(CODEC, undeclared=Undeclared.IGNORED)


async def live(call: Call) -> Join:
    """Join the H.264 stream, or that of ``codec=``, with the microphone's sound as AAC, as a live MP4 stream. The
    stream ends when its format changes. Raises ``RequestFailed`` if it is disabled, or no picture arrives within 6
    seconds."""
    stream = _select_stream(call)
    content_type, init_segment = await stream.open()
    _select_stream(call)  # it may have been disabled meanwhile
    return Join((stream.hub,), Framing.RAW, content_type, opening=init_segment)


def _select_stream(call: Call) -> Mp4Stream:
    codec = ARGUMENTS.word(call.query, CODEC.name)
    if codec not in call.camera.pipeline.hubs:
        raise RequestFailed(explain_missing(codec, call.camera.pipeline.streams))
    return call.camera.mp4_streams[codec]


_MP4 = Answer("video/mp4", "Fragments without end.", is_endless=True)
ENDPOINT = stream_endpoint("/cgi/mp4/live.cgi", live, _MP4, TEXT, aliases=("/cgi/mp4/live.mp4",), arguments=ARGUMENTS)
