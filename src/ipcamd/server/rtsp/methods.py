"""RTSP methods (RFC 2326, 10), one function each."""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ipcamd.server.rtp.rtp_stream import RtpStream
from ipcamd.server.rtsp.context import ClientConnection
from ipcamd.server.rtsp.describe import describe
from ipcamd.server.rtsp.mounts.presentation import Presentation
from ipcamd.server.rtsp.mounts.url import TALK_TRACK, resolve_url, split_url
from ipcamd.server.rtsp.response import Fields, RtspError, RtspResponse
from ipcamd.server.rtsp.sessions.rtsp_session import RtspSession
from ipcamd.server.rtsp.sessions.session_timeout import TIMEOUT_S
from ipcamd.server.rtsp.transport_setup import set_up
from ipcamd.wire.rtsp.message import RtspRequest

if TYPE_CHECKING:  # imported for types only: few clients replay
    from ipcamd.server.rtsp.replay.play_request import PlayRequest
    from ipcamd.server.rtsp.replay.replayer import Replayer

Method = Callable[[ClientConnection, RtspRequest], RtspResponse | Awaitable[RtspResponse]]
"""Function that answers the requests of one method. Raises ``RtspError``."""

BACKCHANNEL = "www.onvif.org/ver20/backchannel"
REPLAY = "onvif-replay"
_FOREIGN = ("ANNOUNCE", "RECORD", "REDIRECT")
"""RTSP methods that a camera does not support on any resource."""


def perform(client: ClientConnection, request: RtspRequest) -> RtspResponse | Awaitable[RtspResponse]:
    """Execute a request. Raises `RtspError`."""
    method = METHODS.get(request.method)
    if method is None:
        raise RtspError(405, _ALLOW) if request.method in _FOREIGN else RtspError(501, _PUBLIC)
    unsupported = [tag for tag in _tags(request) if tag not in (BACKCHANNEL, REPLAY)]
    if unsupported:
        raise RtspError(551, (("Unsupported", ", ".join(unsupported)),))
    return method(client, request)


def _tags(request: RtspRequest) -> list[str]:
    fields = (request.fields.get(name, "") for name in ("require", "proxy-require"))
    return [tag.strip() for text in fields for tag in text.split(",") if tag.strip()]


def _options(client: ClientConnection, request: RtspRequest) -> RtspResponse:
    if request.session:
        client.session(request)
    return RtspResponse(fields=_PUBLIC)


async def _describe(client: ClientConnection, request: RtspRequest) -> RtspResponse:
    context = client.context
    place = resolve_url(context.find, request.target)
    talk = BACKCHANNEL in _tags(request) and context.talks
    client.authenticate(request, talk=talk)
    if not re.search(r"(?i)application/(sdp|\*)|\*/\*", request.fields.get("accept", "*/*")):
        raise RtspError(406)
    version, media = context.clock_ns() // 1_000_000_000, place.media
    if isinstance(media, Presentation):
        streams = [context.streams.for_hub(hub) for hub in media.tracks]
        body = await describe(context.name(), client.local, version, streams, talk=talk)
    else:
        from ipcamd.server.rtsp.replay.describe import describe_recordings

        body = await describe_recordings(context.name(), client.local, version, media.catalog)
    base = request.target if re.match("(?i)rtsps?://", request.target) else _own_url(client, place.media.path)
    fields = (
        ("Content-Base", base.rstrip("/") + "/"),
        ("Content-Type", "application/sdp"),
        ("Cache-Control", "no-cache"),
    )
    return RtspResponse(fields=fields, body=body)


def _own_url(client: ClientConnection, path: str) -> str:
    host = f"[{client.local}]" if ":" in client.local else client.local
    return f"rtsp://{host}:{client.port}/{path}"


def _setup(client: ClientConnection, request: RtspRequest) -> RtspResponse:
    place = resolve_url(client.context.find, request.target)
    if place.track == TALK_TRACK and not client.context.talks:
        raise RtspError(404)
    account = client.authenticate(request, talk=place.track == TALK_TRACK)
    session = client.session(request) if request.session else None
    if session and session.owner is not client:
        raise RtspError(454)
    if session and session.playing:
        raise RtspError(455)
    if session and session.media.path != place.media.path:
        raise RtspError(459)
    track = place.track
    if track is None:
        if len(place.media.tracks) != 1:
            raise RtspError(459)
        track = 0
    session = session or client.create_session(place.media, account)
    try:
        transport = set_up(client, session, track, request)
    finally:
        if not session.setups:  # a failed SETUP leaves no empty session
            client.context.sessions.end(session)
    if track == TALK_TRACK:
        session.account = account  # talk always has an account
    client.mark()
    return RtspResponse(fields=(("Transport", transport), _session_field(session), ("Cache-Control", "no-cache")))


def _session_field(session: RtspSession) -> tuple[str, str]:
    return "Session", f"{session.identifier};timeout={TIMEOUT_S}"


def _aggregate(client: ClientConnection, request: RtspRequest) -> RtspSession:
    """Return the session of a request whose URL must name the whole session."""
    session = client.session(request)
    if request.target != "*":
        place = resolve_url(client.context.find, request.target)
        if place.media.path != session.media.path:
            raise RtspError(459)
        if place.track is not None and set(session.setups) != {place.track}:
            raise RtspError(460)
    return session


def _play(client: ClientConnection, request: RtspRequest) -> RtspResponse | Awaitable[RtspResponse]:
    session = _aggregate(client, request)
    client.context.sessions.admit_viewer(session)
    if session.replayer:
        from ipcamd.server.rtsp.replay.play_request import read_play

        return _play_recordings(client, session, session.replayer, read_play(request))
    fields = [_session_field(session), ("Range", "npt=0.000-")]
    if info := _rtp_info(client, session):
        fields.append(("RTP-Info", info))
    if not session.playing:
        # the response must precede the first packets
        client.after_response(session.play)
    return RtspResponse(fields=tuple(fields))


async def _play_recordings(
    client: ClientConnection, session: RtspSession, replayer: "Replayer", request: "PlayRequest"
) -> RtspResponse:
    """Replay from the first frame that the request selects; a replay in progress ends. Raises `RtspError` 457 or 503.

    A PLAY without a range during a replay is a keep-alive.
    """
    from ipcamd.server.rtsp.replay.describe import format_clock
    from ipcamd.server.rtsp.replay.track import ReplayTrack

    if replayer.is_playing and not request.has_range:
        return RtspResponse(fields=(_session_field(session),))
    tracks = {setup.url: setup.stream for setup in session.setups.values() if isinstance(setup.stream, ReplayTrack)}
    session.pause()
    first_ns, last_ns = await replayer.prepare(request, [track.codec for track in tracks.values()])
    # the response must precede the first packets
    client.after_response(session.play)
    end = format_clock(last_ns if request.end_ns is None else request.end_ns)
    info = ",".join(
        f"url={url};seq={track.sequence};rtptime={replayer.stamp_of(track, first_ns)}" for url, track in tracks.items()
    )
    return RtspResponse(
        fields=(
            _session_field(session),
            ("Range", f"clock={format_clock(first_ns)}-{end}"),
            ("Scale", f"{request.scale:g}"),
            ("Rate-Control", "yes" if request.is_paced else "no"),
            ("RTP-Info", info),
        )
    )


def _rtp_info(client: ClientConnection, session: RtspSession) -> str:
    """Return RTP-Info: the first sequence number of each track, and time stamps of one common moment."""
    setups = [(setup, setup.stream) for setup in session.setups.values() if isinstance(setup.stream, RtpStream)]
    streams = [(setup.url, stream) for setup, stream in setups]
    for setup, stream in setups:
        if setup.viewer:
            stream.subscribe()
    begins = [stream.begin for _, stream in streams if stream.begin is not None]
    moment = min(begins, default=client.context.clock_ns())
    parts = []
    for url, stream in streams:
        sequence, stamp = stream.position(moment)
        parts.append(f"url={url};seq={sequence};rtptime={stamp}")
    return ",".join(parts)


def _pause(client: ClientConnection, request: RtspRequest) -> RtspResponse:
    session = _aggregate(client, request)
    if not session.playing:
        raise RtspError(455)
    session.pause()
    return RtspResponse(fields=(_session_field(session),))


def _get_parameter(client: ClientConnection, request: RtspRequest) -> RtspResponse:
    """Answer a keep-alive: players send it without a body."""
    fields: Fields = ()
    if request.session:
        fields = (_session_field(client.session(request)),)
    else:
        client.authenticate(request)
    if not request.body.strip():
        return RtspResponse(fields=fields)
    names = re.findall(rb"(?m)^[!-9;-~]{1,64}", request.body[:1024])
    body = b"".join(name + b"\r\n" for name in names)
    return RtspResponse(451, (*fields, ("Content-Type", "text/parameters")), body)


def _teardown(client: ClientConnection, request: RtspRequest) -> RtspResponse:
    """End a session, or one track of it; also if the settings have removed the stream since."""
    session = client.session(request)
    track = None if request.target == "*" else split_url(request.target)[1]
    if track is not None and track in session.setups:
        session.remove_track(track)
    if track is None or not session.setups:
        client.context.sessions.end(session)
    return RtspResponse()


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
"""Methods that the server answers; others get 501 (RFC 2326, 10)."""

_PUBLIC = (("Public", ", ".join(METHODS)),)
_ALLOW = (("Allow", ", ".join(METHODS)),)
