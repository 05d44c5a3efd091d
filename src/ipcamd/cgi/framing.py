"""Framing and codec of a stream, as requested: the SDK's payload header unless ``header=no``."""

from collections.abc import Sequence

from ipcamd.cgi.answer import TEXT, Answer
from ipcamd.cgi.arguments import Argument, Arguments, Undeclared
from ipcamd.cgi.endpoint import Action, Call, Endpoint, Framing, Join, never
from ipcamd.errors import RequestFailed
from ipcamd.media.codecs import JPEG, Codec, video_codecs
from ipcamd.media.stream.hub import Hub
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import YES_NO, OneOf
from ipcamd.wire.http.multipart_writer import PLAIN_TYPE, SDK_TYPE

HEADER = Argument("header", "Whether each part begins with the SDK's payload header.", YES_NO, default="yes")
STREAM = Argument(
    "stream", "The codec's main stream, or its smaller one (`sub`).", OneOf(("main", "sub")), default="main"
)
ARGUMENTS = Arguments(HEADER, STREAM, undeclared=Undeclared.IGNORED)
"""Arguments of a stream of one codec."""
CODEC = Argument("codec", "The stream of this codec.")
NUMBERED_ARGUMENTS = Arguments(HEADER, STREAM, CODEC, undeclared=Undeclared.IGNORED)
"""Arguments of `join_numbered`."""
SDK_STREAM = Answer(SDK_TYPE, "Parts with the SDK's payload header.", is_endless=True)
PLAIN_STREAM = Answer(PLAIN_TYPE, "JPEG pictures, as browsers and players know it.", is_endless=True)
"""Answers of both forms of a multipart stream."""


def bare_stream(codec: Codec) -> Answer:
    """Return the answer with the elementary stream only."""
    return Answer(codec.content_type, "The elementary stream, with `header=no`.", is_endless=True)


NUMBERED_ANSWERS = (TEXT, SDK_STREAM, *(bare_stream(codec) for codec in video_codecs() if codec is not JPEG))
"""Answers of `join_numbered`: the codec of a stream is a setting. Text explains a disabled stream."""


def join_stream(call: Call, hub: Hub, bare: Join) -> Join:
    """Return the SDK's framing of `hub`, or `bare` with ``header=no``. Raises ``RequestFailed``."""
    return with_payload_header(call, hub) if wants_payload_header(call) else bare


def wants_payload_header(call: Call) -> bool:
    """Whether the request is for the SDK's payload headers, which is the default. Raises ``RequestFailed`` for a
    ``header`` that is neither yes nor no."""
    return ARGUMENTS.flag(call.query, "header")


def with_payload_header(call: Call, hub: Hub) -> Join:
    """Return the SDK's framing of `hub`, interleaved with the microphone's sound while that is enabled."""
    sound = call.camera.pipeline.sound
    return Join((hub, sound) if sound else (hub,), Framing.SDK, SDK_TYPE)


def mixed_replace(hub: Hub) -> Join:
    """Return a stream of pictures for browsers and players."""
    return Join((hub,), Framing.PLAIN, PLAIN_TYPE)


def select_stream(call: Call, hub: Hub) -> Hub:
    """Return `hub`, or the substream of its codec with ``stream=sub``.

    Raises ``RequestFailed`` if there is none, or it is disabled.
    """
    if ARGUMENTS.word(call.query, "stream") == "main":
        return hub
    if smaller := call.camera.pipeline.substream(hub.codec.name):
        return smaller
    raise RequestFailed(f"stream=sub: {hub.codec.label} has no smaller stream now")


def join_video(call: Call, hub: Hub) -> Join:
    """Return the framing of a video stream; without the SDK's header, the elementary stream. Raises ``RequestFailed``
    for a missing substream."""
    hub = select_stream(call, hub)
    return join_stream(call, hub, Join((hub,), Framing.RAW, hub.codec.content_type))


def join_numbered(call: Call, number: int) -> Join:
    """Join the camera's stream with this number, from 1; or, with ``codec=``, that of the codec. Raises
    ``RequestFailed`` for an unknown codec or number."""
    streams = call.camera.pipeline.streams
    if codec := call.query.get("codec"):
        for hub in streams:
            if hub.name == codec.lower():
                return join_video(call, hub)
        raise RequestFailed(explain_missing(codec, streams))
    if number > len(streams):
        raise RequestFailed(f"stream{number}.cgi: there are only {len(streams)} streams")
    return join_video(call, streams[number - 1])


def explain_missing(codec: str, streams: Sequence[Hub]) -> str:
    """Return why there is no stream of this codec."""
    disabled = next((each for each in video_codecs() if each.name == codec.lower() and each.name != JPEG.name), None)
    if disabled:
        return f"codec={codec}: {disabled.parameters}.Enabled=no"
    return f"codec={codec}: {', '.join(hub.name for hub in streams)}"


def numbered_endpoint(number: int, action: Action) -> Endpoint:
    """Return the endpoint of the stream with this number (SDK 3.2)."""
    return Endpoint(
        f"/cgi/mpeg/stream{number}.cgi",
        Rank.GUEST,
        action,
        (f"/live/stream{number}.cgi",),
        changes=never,
        arguments=NUMBERED_ARGUMENTS,
        answers=NUMBERED_ANSWERS,
    )
