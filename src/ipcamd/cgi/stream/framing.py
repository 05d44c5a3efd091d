"""Framing of a stream, as requested: the SDK's payload header unless ``header=no``."""

from ipcamd.cgi.answer import Answer
from ipcamd.cgi.arguments import Argument, Arguments, Undeclared
from ipcamd.cgi.endpoint import Call, Framing, Join
from ipcamd.cgi.stream.stream_selection import STREAM, select_stream
from ipcamd.media.codecs import Codec
from ipcamd.media.stream.hub import Hub
from ipcamd.params.kinds.choice import YES_NO
from ipcamd.wire.http.multipart_writer import PLAIN_TYPE, SDK_TYPE

HEADER = Argument("header", "Whether each part begins with the SDK's payload header.", YES_NO, default="yes")
ARGUMENTS = Arguments(HEADER, STREAM, undeclared=Undeclared.IGNORED)
"""Arguments of a stream of one codec."""
SDK_STREAM = Answer(SDK_TYPE, "Parts with the SDK's payload header.", is_endless=True)
PLAIN_STREAM = Answer(PLAIN_TYPE, "JPEG pictures, as browsers and players know it.", is_endless=True)
"""Answers of both forms of a multipart stream."""


def bare_stream(codec: Codec) -> Answer:
    """Return the answer with the elementary stream only."""
    return Answer(codec.content_type, "The elementary stream, with `header=no`.", is_endless=True)


def join_stream(call: Call, hub: Hub, bare: Join) -> Join:
    """Return the SDK's framing of `hub`, interleaved with the microphone's sound while that is enabled; or `bare` with
    ``header=no``. Raises ``RequestFailed``."""
    if not wants_payload_header(call):
        return bare
    sound = call.camera.pipeline.sound
    return Join((hub, sound) if sound else (hub,), Framing.SDK, SDK_TYPE)


def wants_payload_header(call: Call) -> bool:
    """Whether the request is for the SDK's payload headers, which is the default. Raises ``RequestFailed`` for a
    ``header`` that is neither yes nor no."""
    return ARGUMENTS.flag(call.query, "header")


def mixed_replace(hub: Hub) -> Join:
    """Return a stream of pictures for browsers and players."""
    return Join((hub,), Framing.PLAIN, PLAIN_TYPE)


def join_video(call: Call, hub: Hub) -> Join:
    """Return the framing of a video stream; without the SDK's header, the elementary stream. Raises ``RequestFailed``
    for a missing substream."""
    hub = select_stream(call, hub)
    return join_stream(call, hub, Join((hub,), Framing.RAW, hub.codec.content_type))
