"""``/cgi/audio/audio.cgi``: sound of the microphone (SDK 5.2), and talk by old clients."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from ipcamd.cgi.answer import TEXT, Answer
from ipcamd.cgi.arguments import Argument, Arguments, Undeclared
from ipcamd.cgi.endpoint import Body, Call, Endpoint, Framing, Join, Reply, text
from ipcamd.cgi.stream.framing import HEADER, SDK_STREAM, wants_payload_header
from ipcamd.errors import HttpError, RequestFailed
from ipcamd.media.codecs import ULAW
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import OneOf
from ipcamd.wire.http.multipart_parser import MultipartParser
from ipcamd.wire.http.multipart_writer import SDK_TYPE
from ipcamd.wire.http.query import Query

UNAVAILABLE = Reply(status=503, reason="Service Not Available")
"""Answer of the SDK while there is no sound."""

ARGUMENTS = Arguments(
    Argument("type", "Codec of the sound; `PCM`, for a POST: speak.", OneOf(("uLaw", "PCM")), default="uLaw"),
    HEADER,
    undeclared=Undeclared.IGNORED,
)

_FORM = "application/x-www-form-urlencoded"
FORM_LIMIT = 1024
"""Maximum bytes of a form."""


def audio(call: Call) -> Reply | Join | Awaitable[Reply | Join]:
    """Join the microphone's sound, with ``type`` uLaw or without it; a POST with ``type=PCM`` talks. With ``header=no``
    the sound is u-law without headers, for players."""
    if call.head.fields.get("content-type", "").lower().startswith(_FORM):
        return _filled_in(call)
    if ARGUMENTS.word(call.query, "type") == "uLaw":
        return _listen(call)
    if call.head.method == "POST":
        return _speak(call)
    raise RequestFailed("type=PCM: allowed: uLaw; for a POST also PCM")


async def _filled_in(call: Call) -> Reply | Join:
    """Answer a form."""
    form = b""
    async for piece in call.body:
        form += piece
        if len(form) > FORM_LIMIT:
            raise HttpError(413, "the body is too long")
    if ARGUMENTS.word(Query.parse(call.head.query, form.rstrip(b"\r\n")), "type") != "uLaw":
        raise RequestFailed("type=PCM: allowed: uLaw")
    return _listen(call)


def _listen(call: Call) -> Reply | Join:
    pipeline = call.camera.pipeline
    if pipeline.sound is None or not pipeline.has_audio:
        return UNAVAILABLE
    if wants_payload_header(call):
        return Join((pipeline.sound,), Framing.SDK, SDK_TYPE, sound=True)
    return Join((pipeline.sound,), Framing.RAW, ULAW.content_type, sound=True)


async def _speak(call: Call) -> Reply:
    """Play a body of 16-bit little-endian samples, 8000 per second, as multipart/mixed or without framing."""
    speaker, talker = call.camera.speaker, object()
    if call.account.rank < Rank.USERS:
        raise HttpError(403, "this account may not do that")
    if speaker is None or not speaker.claim(talker):
        return UNAVAILABLE
    try:
        await _play(call.body, lambda samples: speaker.play(talker, samples))
    finally:
        speaker.release(talker)
    return text("OK")


async def _play(body: AsyncIterator[bytes], play: Callable[[bytes], Awaitable[None]]) -> None:
    parts, half = MultipartParser(), b""
    async for piece in body:
        for found in _fed(parts, piece):
            samples = half + found
            whole = len(samples) & ~1
            await play(samples[:whole])
            half = samples[whole:]
    samples = half + parts.rest()
    await play(samples[: len(samples) & ~1])


def _fed(parts: MultipartParser, piece: bytes) -> Iterator[bytes]:
    try:
        yield from parts.feed(piece)
    except ValueError as error:
        raise HttpError(400, str(error)) from None


def _changes(query: Query) -> bool:
    return (query.get("type") or "").lower() == "pcm"


ENDPOINT = Endpoint(
    "/cgi/audio/audio.cgi",
    Rank.GUEST,
    audio,
    ("/live/audio.cgi",),
    changes=_changes,
    body=Body.STREAM,
    arguments=ARGUMENTS,
    answers=(
        TEXT,
        SDK_STREAM,
        Answer(ULAW.content_type, "Bare u-law, with `header=no`.", is_endless=True),
        Answer(help=UNAVAILABLE.reason, status=503),
    ),
    uploads=(_FORM, "multipart/mixed", "audio/L16"),
)
