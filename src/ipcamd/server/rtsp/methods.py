"""The methods of RTSP (RFC 2326, 10), one function each."""

import re
from collections.abc import Awaitable, Callable

from ipcamd.server.rtsp.context import Client
from ipcamd.server.rtsp.describe import describe
from ipcamd.server.rtsp.mounts.url import BACK, locate, split
from ipcamd.server.rtsp.response import Answer, Refused
from ipcamd.server.rtsp.session import Session
from ipcamd.server.rtsp.session_table import TIMEOUT_S
from ipcamd.server.rtsp.setup import set_up
from ipcamd.wire.rtsp.message import Request

Method = Callable[[Client, Request], Answer | Awaitable[Answer]]

BACKCHANNEL = "www.onvif.org/ver20/backchannel"
_FOREIGN = ("ANNOUNCE", "RECORD", "REDIRECT")
"""Methods of RTSP that no resource of a camera allows."""


def perform(client: Client, request: Request) -> Answer | Awaitable[Answer]:
    """Do what a request asks for. Raises `Refused`."""
    method = METHODS.get(request.method)
    if method is None:
        raise Refused(405, _ALLOW) if request.method in _FOREIGN else Refused(501, _PUBLIC)
    unsupported = [tag for tag in _tags(request) if tag != BACKCHANNEL]
    if unsupported:
        raise Refused(551, (("Unsupported", ", ".join(unsupported)),))
    return method(client, request)


def _tags(request: Request) -> list[str]:
    fields = (request.fields.get(name, "") for name in ("require", "proxy-require"))
    return [tag.strip() for text in fields for tag in text.split(",") if tag.strip()]


def _options(client: Client, request: Request) -> Answer:
    if request.session:
        client.session(request)
    return Answer(fields=_PUBLIC)


async def _describe(client: Client, request: Request) -> Answer:
    context = client.context
    place = locate(context.paths, request.target)
    talk = BACKCHANNEL in _tags(request) and context.talks
    client.authenticate(request, talk=talk)
    if not re.search(r"(?i)application/(sdp|\*)|\*/\*", request.fields.get("accept", "*/*")):
        raise Refused(406)
    streams = [context.streams.of_track(track) for track in place.media.tracks]
    version = context.clock_ns() // 1_000_000_000
    body = await describe(context.name(), client.local, version, streams, talk=talk)
    base = request.target if re.match("(?i)rtsps?://", request.target) else _own_url(client, place.media.path)
    fields = (
        ("Content-Base", base.rstrip("/") + "/"),
        ("Content-Type", "application/sdp"),
        ("Cache-Control", "no-cache"),
    )
    return Answer(fields=fields, body=body)


def _own_url(client: Client, path: str) -> str:
    host = f"[{client.local}]" if ":" in client.local else client.local
    return f"rtsp://{host}:{client.port}/{path}"


def _setup(client: Client, request: Request) -> Answer:
    place = locate(client.context.paths, request.target)
    account = client.authenticate(request, talk=place.track == BACK)
    session = client.session(request) if request.session else None
    if session and session.owner is not client:
        raise Refused(454)
    if session and session.playing:
        raise Refused(455)
    if session and session.media.path != place.media.path:
        raise Refused(459)
    track = place.track
    if track is None:
        if len(place.media.tracks) != 1:
            raise Refused(459)
        track = 0
    session = session or client.begin(place.media, account)
    try:
        transport = set_up(client, session, track, request)
    finally:
        if not session.setups:  # refused: nothing is left of it
            client.context.sessions.end(session)
    if track == BACK:
        session.account = account  # who speaks is known even where watching needs no login
    client.mark()
    return Answer(fields=(("Transport", transport), _session_field(session), ("Cache-Control", "no-cache")))


def _session_field(session: Session) -> tuple[str, str]:
    return "Session", f"{session.identifier};timeout={TIMEOUT_S}"


def _aggregate(client: Client, request: Request) -> Session:
    """Return the session that a request is about, which must name all of it."""
    session = client.session(request)
    if request.target != "*":
        place = locate(client.context.paths, request.target)
        if place.media.path != session.media.path:
            raise Refused(459)
        if place.track is not None and set(session.setups) != {place.track}:
            raise Refused(460)
    return session


def _play(client: Client, request: Request) -> Answer:
    session = _aggregate(client, request)
    client.context.sessions.admit_viewer(session)
    fields = [_session_field(session), ("Range", "npt=0.000-")]
    if info := _rtp_info(client, session):
        fields.append(("RTP-Info", info))
    if not session.playing:
        # the answer must go out before the first packets do
        client.then(session.play)
    return Answer(fields=tuple(fields))


def _rtp_info(client: Client, session: Session) -> str:
    """Return where each track begins: all time stamps are of one moment, from which players count."""
    streams = [(setup.url, setup.stream) for setup in session.setups.values() if setup.stream]
    for setup in session.setups.values():
        if setup.stream and setup.viewer:
            setup.stream.subscribe()
    begins = [stream.begin for _, stream in streams if stream.begin is not None]
    moment = min(begins, default=client.context.clock_ns())
    parts = []
    for url, stream in streams:
        sequence, stamp = stream.position(moment)
        parts.append(f"url={url};seq={sequence};rtptime={stamp}")
    return ",".join(parts)


def _pause(client: Client, request: Request) -> Answer:
    session = _aggregate(client, request)
    if not session.playing:
        raise Refused(455)
    session.pause()
    return Answer(fields=(_session_field(session),))


def _get_parameter(client: Client, request: Request) -> Answer:
    """Players send it, empty, to show that they are alive."""
    if request.session:
        session = client.session(request)
        return _parameters(request, (_session_field(session),))
    client.authenticate(request)
    return _parameters(request, ())


def _parameters(request: Request, fields: tuple[tuple[str, str], ...]) -> Answer:
    if not request.body.strip():
        return Answer(fields=fields)
    names = re.findall(rb"(?m)^[!-9;-~]{1,64}", request.body[:1024])
    body = b"".join(name + b"\r\n" for name in names)
    return Answer(451, (*fields, ("Content-Type", "text/parameters")), body)


def _teardown(client: Client, request: Request) -> Answer:
    """End a session, or one track of it, also of a medium that the settings have taken away since."""
    session = client.session(request)
    track = None if request.target == "*" else split(request.target)[1]
    if track is not None and track in session.setups:
        session.drop(track)
    if track is None or not session.setups:
        client.context.sessions.end(session)
    return Answer()


METHODS: dict[str, Method] = {
    "OPTIONS": _options,
    "DESCRIBE": _describe,
    "SETUP": _setup,
    "PLAY": _play,
    "PAUSE": _pause,
    "GET_PARAMETER": _get_parameter,
    "SET_PARAMETER": _get_parameter,
    "TEARDOWN": _teardown,
}

_PUBLIC = (("Public", ", ".join(METHODS)),)
_ALLOW = (("Allow", ", ".join(METHODS)),)
