"""RTSP session: conversation with one camera over TCP, with RTP on the same connection (RFC 2326, 10.12)."""

import secrets
import socket
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from itertools import count
from typing import NamedTuple, NoReturn

from ipcamd.errors import SourceError
from ipcamd.media.source.ffmpeg import error_text
from ipcamd.media.source.network.camera_socket import has_send_room
from ipcamd.media.source.network.http_login import authorization, may_log_in
from ipcamd.media.source.source_timeout import SLICE_S, SourceTimeout
from ipcamd.wire.http.digest import BasicCredentials
from ipcamd.wire.rtp import rtcp
from ipcamd.wire.rtsp import transport
from ipcamd.wire.rtsp.key_frame_requests import KeyFrameRequests
from ipcamd.wire.rtsp.message import interleave
from ipcamd.wire.rtsp.reply_filter import Redirected
from ipcamd.wire.rtsp.reply_parser import ServerMessage, ServerParser

PIECE_BYTES = 1 << 17
"""Most bytes of one read."""
_EARLY_BYTES = 4 << 20
"""Most bytes of packets from before the reply to PLAY."""
_TIMEOUT_S = 60
"""Session time-out of a server that names none (RFC 2326, 12.37)."""
_LONGEST_TIMEOUT_S = 60
"""Longest session time-out that is used."""
_SHORTEST_TIMEOUT_S = 2
"""Shortest session time-out that is used."""
_CLOSE_S = 0.5
"""Longest time for sending TEARDOWN."""
_NAME = "ipcamd"


class RtspRefused(SourceError):
    """The server refuses a request."""

    def __init__(self, words: str, status: int = 0) -> None:
        """`words` are the reason; `status` is that of the reply, 0 without an RTSP reply."""
        super().__init__(f"cannot be opened: {words}")
        self.status = status


class CameraAddress(NamedTuple):
    """Address of a camera's stream."""

    url: str
    """URL for requests, without a login."""
    login: BasicCredentials


class CameraSession:
    """One session. For one thread. Each method raises `SourceError` if the connection fails."""

    def __init__(
        self, sock: socket.socket, address: CameraAddress, limit: SourceTimeout, stop: threading.Event
    ) -> None:
        """`sock` is connected to the server. `limit` is the longest time until the reply to each request; `stop` ends
        the wait for it."""
        self._sock, self._address, self._limit, self._stop = sock, address, limit, stop
        self._parser = ServerParser()
        self._early: list[tuple[int, bytes]] = []
        """Packets that arrived before the reply to a request."""
        self._ssrc = secrets.randbits(32)
        self._key_frames = KeyFrameRequests(self._ssrc)
        self._sequence = self._logins = 0
        self._challenges: tuple[str, ...] = ()
        """The server's challenges; empty before the first one."""
        self._id = ""
        self._has_parameters = False
        """Whether the server takes GET_PARAMETER."""
        self._interval_s = _TIMEOUT_S / 2
        self._alive_s = 0.0
        """When the session is kept alive again."""
        self._controls: list[int] = []
        """RTCP channels."""
        self._base = address.url
        """URL of all tracks, to which those of the tracks are relative."""
        sock.settimeout(SLICE_S)

    def describe(self) -> str:
        """Return the server's session description."""
        options = self._request("OPTIONS", self._address.url)
        self._has_parameters = "GET_PARAMETER" in options.find("public").upper()
        reply = self._request("DESCRIBE", self._address.url, (("Accept", "application/sdp"),))
        self._base = reply.find("content-base") or reply.find("content-location") or self._base
        text = reply.body.decode("utf-8", "replace")
        self._key_frames.note_description(text.replace("\r", ""))
        return text

    def note_control(self, control: str) -> None:
        """Note the control URL of the description. Like other clients, use it only if it is absolute."""
        if "://" in control:
            self._base = control

    def set_up(self, control: str) -> tuple[int, int]:
        """Set up the track with this control URL; return its channels of RTP and RTCP. Raises `RtspRefused`."""
        url, first = self._resolve(control), 2 * len(self._controls)
        self._key_frames.note_request(f"SETUP {url} RTSP/1.0".encode("latin-1", "replace"))
        wanted = f"RTP/AVP/TCP;unicast;interleaved={first}-{first + 1}"
        reply = self._request("SETUP", url, (("Transport", wanted),))
        field = reply.find("transport")
        offers = transport.parse(field)
        if offers and not (offers[0].tcp or offers[0].channels):
            raise RtspRefused("the server offers another transport", 461)
        self._key_frames.note_transport(field if offers and offers[0].channels else wanted)
        channels = (offers and offers[0].channels) or (first, first + 1)
        if session := reply.find("session"):
            self._note_session(session)
        self._controls.append(channels[1])
        return channels

    def play(self) -> None:
        """Start the stream."""
        self._request("PLAY", self._base, (("Range", "npt=0.000-"),))
        self._alive_s = time.monotonic() + self._interval_s

    def receive(self) -> list[tuple[int, bytes]]:
        """Return the channels and contents of the next packets; none after `SLICE_S`. Keeps the session alive."""
        if self._early:
            packets, self._early = self._early, []
            return packets
        packets = self._receive()
        if self._key_frames.is_searching:
            for channel, data in packets:
                self._key_frames.note_packets(interleave(channel, [data]))
        if self._parser.messages:
            for reply in self._answer_messages():
                self._note_reply(reply)
        if time.monotonic() > self._alive_s:
            self._keep_alive()
        return packets

    def request_key_frame(self) -> None:
        """Request a key frame of the server, if it offers that and takes requests; never blocks."""
        if self._key_frames.is_possible and has_send_room(self._sock):
            self._send(self._key_frames.make_request())

    def close(self) -> None:
        """End the session and the connection."""
        with suppress(OSError), self._sock:
            self._sock.settimeout(_CLOSE_S)
            if self._id:
                self._sock.sendall(self._format("TEARDOWN", self._base))
                self._sock.shutdown(socket.SHUT_WR)

    # -- messages

    def _request(self, method: str, url: str, fields: Iterable[tuple[str, str]] = ()) -> ServerMessage:
        """Send a request; return the reply. Logs in if the server wants it. Raises `RtspRefused`."""
        fields = tuple(fields)
        for attempt in count():
            self._send(self._format(method, url, fields))
            reply = self._await_reply()
            challenges = _challenges(reply)
            if reply.status != 401 or not self._address.login.user or not may_log_in(challenges, attempt):
                break
            self._challenges, self._logins = challenges, 0
        if 300 <= reply.status < 400:
            _refuse_redirect(reply)
        if not 200 <= reply.status < 300:
            raise RtspRefused(f"the server answers {reply.status} {reply.reason}".rstrip(), reply.status)
        return reply

    def _format(self, method: str, url: str, fields: Iterable[tuple[str, str]] = ()) -> bytes:
        self._sequence += 1
        lines = [f"{method} {url} RTSP/1.0", f"CSeq: {self._sequence}", f"User-Agent: {_NAME}"]
        lines += [f"Session: {self._id}"] if self._id else []
        lines += [f"Authorization: {login}"] if (login := self._login(method, url)) else []
        lines += [f"{name}: {value}" for name, value in fields]
        return "\r\n".join((*lines, "", "")).encode("utf-8", "replace")

    def _login(self, method: str, url: str) -> str | None:
        if not self._challenges:
            return None
        self._logins += 1
        return authorization(self._challenges, *self._address.login, method, url, count=self._logins)

    def _await_reply(self) -> ServerMessage:
        end_s = time.monotonic() + float(self._limit)
        while time.monotonic() < end_s and not self._stop.is_set():
            self._early += self._receive()
            if sum(len(data) for _, data in self._early) > _EARLY_BYTES:
                self._early.clear()
            for message in self._answer_messages():
                if message.find("cseq") in ("", str(self._sequence)):
                    return message
        raise SourceError(self._limit.words)

    def _answer_messages(self) -> list[ServerMessage]:
        """Answer the server's requests; return its replies."""
        messages, self._parser.messages = self._parser.messages, []
        for request in (each for each in messages if not each.status):
            if request.reason == "REDIRECT":
                _refuse_redirect(request)
            status = "200 OK" if request.reason in ("OPTIONS", "GET_PARAMETER") else "501 Not Implemented"
            self._send(f"RTSP/1.0 {status}\r\nCSeq: {request.find('cseq')}\r\n\r\n".encode("latin-1", "replace"))
        return [each for each in messages if each.status]

    def _note_reply(self, reply: ServerMessage) -> None:
        """Note the reply to a request that keeps the session alive."""
        if reply.status == 401 and _challenges(reply) != self._challenges:
            self._challenges, self._logins = _challenges(reply), 0
            self._alive_s = time.monotonic()
        elif reply.status >= 400:
            self._has_parameters = False

    def _keep_alive(self) -> None:
        self._alive_s = time.monotonic() + self._interval_s
        report = rtcp.receiver_report(self._ssrc, _NAME)
        reports = b"".join(interleave(channel, [report]) for channel in self._controls)
        self._send(self._format("GET_PARAMETER" if self._has_parameters else "OPTIONS", self._base) + reports)

    def _note_session(self, field: str) -> None:
        self._id, _, rest = (part.strip() for part in field.partition(";"))
        timeout = rest.lower().removeprefix("timeout").lstrip(" =").partition(";")[0].strip()
        timeout_s = int(timeout) if timeout.isdecimal() and len(timeout) < 9 else _TIMEOUT_S
        self._interval_s = min(max(timeout_s, _SHORTEST_TIMEOUT_S), _LONGEST_TIMEOUT_S) / 2

    def _resolve(self, control: str) -> str:
        """Return the URL of a control attribute, like other clients: relative ones are appended."""
        if control in ("", "*"):
            return self._base
        if "://" in control:
            return control
        return f"{self._base.rstrip('/')}/{control.lstrip('/')}"

    # -- bytes

    def _receive(self) -> list[tuple[int, bytes]]:
        try:
            data = self._sock.recv(PIECE_BYTES)
        except TimeoutError:
            return []
        except OSError as error:
            self._fail(error)
        if not data:
            raise RtspRefused("the server closes the connection") if not self._alive_s else SourceError("ended")
        try:
            return self._parser.feed(data)
        except ValueError as error:
            raise RtspRefused(f"the server {error}") if not self._alive_s else SourceError(str(error)) from None

    def _send(self, data: bytes) -> None:
        try:
            self._sock.settimeout(float(self._limit))
            self._sock.sendall(data)
            self._sock.settimeout(SLICE_S)
        except TimeoutError:
            raise SourceError("takes no requests") from None
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> NoReturn:
        words = error_text(error)
        raise RtspRefused(words) if not self._alive_s else SourceError(f"breaks off: {words}") from None


def _challenges(reply: ServerMessage) -> tuple[str, ...]:
    return tuple(value for name, value in reply.fields if name == "www-authenticate")


def _refuse_redirect(message: ServerMessage) -> NoReturn:
    raise SourceError(f"{Redirected(message.find('location'))}: use that address as the source")
