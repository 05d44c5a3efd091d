"""WHEP: WebRTC's streams for browsers and players (draft-ietf-wish-whep): ``/whep``, ``/whep/<codec>`` and
``/whep/h264/sub`` accept offers, ``/whep/sessions/<identifier>`` is one session."""

from ipcamd.cgi.answer import DONE, TEXT, Answer
from ipcamd.cgi.arguments import OTHERS_IGNORED
from ipcamd.cgi.endpoint import ANY, Body, Call, Endpoint, Reply
from ipcamd.errors import HttpError
from ipcamd.media.codecs import H264
from ipcamd.params.group import Rank
from ipcamd.webrtc_sessions import UNSUPPORTED, WebRtcOffer, WebRtcSessions

SDP = "application/sdp"
"""Type of offers and answers."""
FRAGMENT = "application/trickle-ice-sdpfrag"
"""Type of candidates."""
MAIN = H264.name
"""Codec of ``/whep``."""
MOST_BYTES = 64 * 1024
"""Maximum bytes of an offer."""
_GONE = Answer(help="WebRTC is off, or there is no such stream or session.", status=404)
_OTHER_TYPE = Answer(help="The body is of another type.", status=415)
_NO_RESTART = Answer(help="ICE restarts are not supported.", status=422)
_PATH = "/whep"
_SESSIONS = "sessions"
_FOLDERS = {1: f"{_PATH[1:]}/{_SESSIONS}", 2: _SESSIONS, 3: f"../{_SESSIONS}"}
"""Folder of the sessions relative to the request's address, by the number of its slashes."""


async def open_session(call: Call) -> Reply:
    """Open a session of WebRTC: the body is the offer, the response contains the answer, `Location` is the address of
    the session."""
    if call.head.method in ("GET", "HEAD"):
        return Reply(status=204)
    _check_type(call, SDP)
    codec = call.head.path.lower().removeprefix(_PATH).strip("/") or MAIN
    offer = WebRtcOffer(codec, await _read(call), call.account, call.address, _own_address(call))
    answer = await _sessions(call).open_session(offer)
    # relative to the request's address, because a proxy may add a path prefix
    folder = _FOLDERS[call.head.path.count("/")]
    headers = ("Location", f"{folder}/{answer.identifier}"), ("ETag", answer.tag), ("Accept-Patch", FRAGMENT)
    return Reply(answer.description, 201, SDP, headers)


async def change_session(call: Call) -> Reply:
    """End a session (DELETE), or accept the client's candidates (PATCH), which the camera does not need."""
    sessions, identifier = _sessions(call), call.head.path.rpartition("/")[2]
    tag = sessions.tag(identifier, call.account)
    if call.head.method == "DELETE":
        sessions.end_session(identifier, call.account)
        return Reply()
    if call.head.method == "PATCH":
        _check_type(call, FRAGMENT)
        if call.head.fields.get("if-match", tag) not in (tag, "*"):
            raise HttpError(412, "the session has another ETag")
        if call.head.fields.get("if-match") == "*":
            raise HttpError(422, "ICE restarts are not supported: open another session")
        await _read(call)
    return Reply(status=204, headers=(("ETag", tag),))


def _sessions(call: Call) -> WebRtcSessions:
    if call.camera.webrtc is None:
        raise HttpError(404, f"WebRTC: {UNSUPPORTED}")
    return call.camera.webrtc


def _own_address(call: Call) -> str:
    """Return the camera's address for the client; behind a proxy the request arrived at another one."""
    is_direct = call.peer == call.address
    return call.arrived_at if is_direct else call.camera.drivers.network.address_towards(call.address)


def _check_type(call: Call, wanted: str) -> None:
    sent = call.head.fields.get("content-type", "").partition(";")[0].strip().lower()
    if sent != wanted:
        raise HttpError(415, f"Content-Type must be {wanted}", (("Accept-Post", SDP),))


async def _read(call: Call) -> bytes:
    """Return the body. Raises ``HttpError`` 413."""
    body = b""
    async for piece in call.body:
        body += piece
        if len(body) > MOST_BYTES:
            raise HttpError(413, f"allowed: {MOST_BYTES} bytes")
    return body


def _takes_offers(path: str) -> Endpoint:
    return Endpoint(
        path,
        Rank.GUEST,
        open_session,
        methods=("GET", "POST"),
        body=Body.STREAM,
        arguments=OTHERS_IGNORED,
        answers=(Answer(SDP, "The answer.", 201), DONE, _GONE, _OTHER_TYPE),
        uploads=(SDP,),
        cross_site=True,
    )


ENDPOINTS = (
    _takes_offers(_PATH),
    _takes_offers(f"{_PATH}/{ANY}"),
    _takes_offers(f"{_PATH}/{MAIN}/sub"),
    Endpoint(
        f"{_PATH}/{_SESSIONS}/{ANY}",
        Rank.GUEST,
        change_session,
        methods=("GET", "PATCH", "DELETE"),
        body=Body.STREAM,
        arguments=OTHERS_IGNORED,
        answers=(TEXT, DONE, _GONE, Answer(help="It has another ETag.", status=412), _OTHER_TYPE, _NO_RESTART),
        cross_site=True,
    ),
)
"""Requests of WHEP."""
