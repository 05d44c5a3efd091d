"""``/cgi/audio/talk.cgi``: talk to the camera (an addition to the SDK, which has UDP only: SDK 5.3)."""

import re
from collections.abc import Hashable

from ipcamd.cgi.arguments import Argument, Arguments, Undeclared
from ipcamd.cgi.endpoint import Body, Call, Endpoint, Reply, text
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import YES_NO
from ipcamd.params.kinds.text import Matching
from ipcamd.wire import ulaw

TYPES = ("audio/basic", "audio/pcmu", "audio/x-mulaw", "application/octet-stream", "application/x-www-form-urlencoded")
"""Names of u-law, 8000 samples per second: first the correct one (RFC 2046, 4.3), last curl's default."""
_SESSION = Matching("[A-Za-z0-9-]*", "up to 64 letters, digits and hyphens", 64)
ARGUMENTS = Arguments(
    Argument(
        "session",
        "Name of a talk of several POSTs, or identifier of a WebRTC session that talks.",
        _SESSION,
    ),
    Argument("last", "Whether this is the last POST of the talk.", YES_NO, default="no"),
    undeclared=Undeclared.IGNORED,
)


async def talk(call: Call) -> Reply:
    """Play the body of a POST, with or without length; describe talk over UDP in the answer to a GET. Raises
    ``RequestFailed``.

    POSTs with the same ``session`` are one talk: the turn lasts for 2 seconds after each, unless ``last=yes``.
    """
    speaker, session = call.camera.speaker, call.query.get("session") or ""
    is_last = ARGUMENTS.flag(call.query, "last")
    talker: Hashable = (call.account.name, session) if session else object()
    if speaker is None:
        raise RequestFailed("not supported by this device: it has no speaker")
    if not speaker.enabled:
        raise RequestFailed("Audio.SpeakerEnabled=no: the speaker is disabled")
    if call.head.method != "POST":
        return _how(call)
    _check_type(call.head.fields.get("content-type", ""))
    if not speaker.claim(talker):
        raise RequestFailed("another user is talking; try again")
    try:
        async for piece in call.body:
            await speaker.play(talker, ulaw.decode(piece))
    finally:
        if not session or is_last:
            speaker.release(talker)
    return text("OK")


def _how(call: Call) -> Reply:
    port = call.camera.talk_port()
    udp = (f"host={call.camera.drivers.network.address_towards(call.address)}", f"port={port}") if port else ()
    return text(
        f"udp={'on' if port else 'off'}",
        *udp,
        "packet=RTP version 2, payload type 0 (PCMU, 8000 Hz, mono), 1 to 2048 bytes of u-law",
        f"post={TYPES[0]}",
    )


def _check_type(sent: str) -> None:
    kind, _, parameters = sent.partition(";")
    rate = re.search(r"(?i)rate\s*=\s*\"?([0-9]{1,6})", parameters)
    if kind.strip().lower() not in ("", *TYPES) or (rate and rate[1] != "8000"):
        raise RequestFailed(f"Content-Type={sent[:64]}: {', '.join(TYPES)}; 8000 samples per second, one channel")


ENDPOINT = Endpoint("/cgi/audio/talk.cgi", Rank.USERS, talk, body=Body.STREAM, arguments=ARGUMENTS, uploads=TYPES)
