"""Stream selection of a request: by codec (``codec=``), by number, and the smaller stream (``stream=sub``)."""

from collections.abc import Sequence

from ipcamd.cgi.arguments import Argument, Arguments, Undeclared
from ipcamd.cgi.endpoint import Call
from ipcamd.errors import RequestFailed
from ipcamd.media.codecs import JPEG, video_codecs
from ipcamd.media.stream.hub import Hub
from ipcamd.params.kinds.choice import OneOf

STREAM = Argument(
    "stream", "The codec's main stream, or its smaller one (`sub`).", OneOf(("main", "sub")), default="main"
)
CODEC = Argument("codec", "The stream of this codec.")
_ARGUMENTS = Arguments(STREAM, undeclared=Undeclared.IGNORED)


def select_stream(call: Call, hub: Hub) -> Hub:
    """Return `hub`, or the substream of its codec with ``stream=sub``.

    Raises ``RequestFailed`` if there is none, or it is disabled.
    """
    if _ARGUMENTS.word(call.query, "stream") == "main":
        return hub
    if smaller := call.camera.pipeline.substream(hub.codec.name):
        return smaller
    raise RequestFailed(f"stream=sub: {hub.codec.label} has no smaller stream now")


def select_numbered(call: Call, number: int) -> Hub:
    """Return the camera's stream with this number, from 1; or, with ``codec=``, that of the codec. Raises
    ``RequestFailed`` for an unknown codec or number."""
    streams = call.camera.pipeline.streams
    if codec := call.query.get("codec"):
        for hub in streams:
            if hub.name == codec.lower():
                return hub
        raise RequestFailed(explain_missing(codec, streams))
    if number > len(streams):
        raise RequestFailed(f"stream{number}.cgi: there are only {len(streams)} streams")
    return streams[number - 1]


def explain_missing(codec: str, streams: Sequence[Hub]) -> str:
    """Return why there is no stream of this codec."""
    disabled = next((each for each in video_codecs() if each.name == codec.lower() and each.name != JPEG.name), None)
    if disabled:
        return f"codec={codec}: {disabled.parameters}.Enabled=no"
    return f"codec={codec}: {', '.join(hub.name for hub in streams)}"
