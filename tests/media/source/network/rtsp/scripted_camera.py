"""A scripted RTSP camera: it answers requests, and sends what a test says."""

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self, cast

from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.source import Wanted
from ipcamd.media.source.source_choice import make_source
from ipcamd.time_units import SECOND_NS
from ipcamd.wire.http.digest import MD5, DigestCredentials, answer, challenge, parse, secret
from ipcamd.wire.packetize import h264
from ipcamd.wire.rtp.rtp import RtpSequencer
from ipcamd.wire.rtsp.message import interleave
from ipcamd.wire.rtsp.sdp import MediaDescription, SessionDescription, write

NOON = 1_700_000_000 * SECOND_NS
PASSED = frozenset(("h264", "h265"))
VIDEO = MediaDescription("video", 96, "H264/90000", "packetization-mode=1", "stream=0")
"""An H.264 track whose parameter sets are in the stream."""
FRAME = 3000
"""Time stamp units of a picture, at 30 per second."""


def pack(
    frames: Iterable[bytes], channel: int = 0, room: int = 300, marks: Callable[[bool], bool] = bool
) -> list[bytes]:
    """Return interleaved RTP packets of access units of H.264; `marks` returns the marker of a packet: whether it is
    the last one of its picture."""
    sequencer, packets = RtpSequencer(96, 7, 65500), list[bytes]()
    for number, frame in enumerate(frames):
        payloads = h264.make_payloads(frame, room)
        last = len(payloads) - 1
        for _at, packet in enumerate(
            sequencer.pack((number * FRAME, marks(at == last), payload) for at, payload in enumerate(payloads))
        ):
            packets.append(interleave(channel, [packet]))
    return packets


class SlowClock:
    """A clock by which everything arrives later than the first item, so that time stamps alone give the times."""

    def __init__(self) -> None:
        self._passed_ns = 0

    def now_ns(self) -> int:
        return NOON + self._passed_ns

    def steady_ns(self) -> int:
        self._passed_ns += SECOND_NS // 50
        return self._passed_ns


def send(*pieces: bytes) -> Callable[["ScriptedCamera", socket.socket], None]:
    """Return a script that sends these bytes."""

    def script(_: "ScriptedCamera", client: socket.socket) -> None:
        for piece in pieces:
            client.sendall(piece)

    return script


def play(url: str, sound: bool = False, decoded_rate: int | None = 0, clock: Clock | None = None) -> Generator[Any]:
    wanted, slow = Wanted((640, 480), 1000, sound, PASSED, decoded_rate=decoded_rate), SlowClock()
    source = make_source(url, clock or Clock(slow.now_ns, slow.steady_ns))
    return cast("Generator[Any]", source.play(lambda: wanted, threading.Event()))


@dataclass
class ScriptedCamera:
    """Serves one stream to one client after the other."""

    script: Callable[["ScriptedCamera", socket.socket], None]
    """Sends the stream after PLAY, in a thread; then the connection stays open."""
    tracks: tuple[MediaDescription, ...] = (VIDEO,)
    login: str = ""
    """User and password of a Digest login whose nonce is used up after three requests; "" for none."""
    stale: int = 0
    """Number of right logins that are refused because their nonce is old."""
    first_channel: int = 0
    timeout_s: int = 60
    statuses: dict[str, str] = field(default_factory=dict)
    """Status lines of refusals, by method."""
    requests: list[str] = field(default_factory=list)
    """Methods and URLs, without requests that had to log in."""
    sent: list[tuple[int, bytes]] = field(default_factory=list)
    """Channels and contents of the client's packets."""
    stopped: threading.Event = field(default_factory=threading.Event)
    is_deaf: threading.Event = field(default_factory=threading.Event)
    """Set: it reads nothing more."""
    address: str = "127.0.0.1"

    def __enter__(self) -> Self:
        self._listener = socket.create_server(
            (self.address, 0), family=socket.AF_INET6 if ":" in self.address else socket.AF_INET
        )
        self._uses, self._is_stale = 0, False
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def port(self) -> int:
        return self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/cam?channel=1"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                with self._listener.accept()[0] as client, client.makefile("rb") as reader:
                    for method, url, fields in self._read(reader):
                        if "CSeq" not in fields:  # an HTTP tunnel
                            break
                        client.sendall(self._answer(method, url, fields))
                        if method == "PLAY" and not self.statuses.get("PLAY"):
                            threading.Thread(target=self._play, args=(client,), daemon=True).start()

    def _play(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            self.script(self, client)

    def _read(self, reader) -> Iterator[tuple[str, str, dict[str, str]]]:
        while first := reader.read(1):
            if self.is_deaf.is_set():
                self.stopped.wait()
                return
            if first == b"$":
                head = reader.read(3)
                self.sent.append((head[0], reader.read(int.from_bytes(head[1:]))))
                continue
            method, url, _ = (first + reader.readline()).decode().split()
            yield method, url, dict(line.decode().strip().split(": ", 1) for line in iter(reader.readline, b"\r\n"))

    def _answer(self, method: str, url: str, fields: dict[str, str]) -> bytes:
        head = [f"CSeq: {fields['CSeq']}"]
        if self.login and not self._is_right(method, url, fields.get("Authorization", "")):
            self._uses = 0
            head.append("WWW-Authenticate: " + challenge("cam", "n" + fields["CSeq"], MD5, self._is_stale))
            return self._format("401 Unauthorized", head)
        self.requests.append(f"{method} {url}")
        if method in self.statuses:
            return self._format(self.statuses[method], head)
        body = b""
        if method == "DESCRIBE":
            body = write(SessionDescription("x", "127.0.0.1", 1, 1, self.tracks))
            head += ["Content-Type: application/sdp", f"Content-Length: {len(body)}"]
        if method == "OPTIONS":
            head.append("Public: DESCRIBE, SETUP, PLAY, GET_PARAMETER")
        if method == "SETUP":
            wanted = int(re.findall("interleaved=([0-9]+)", fields["Transport"])[0]) + self.first_channel
            head.append(f"Transport: RTP/AVP/TCP;unicast;interleaved={wanted}-{wanted + 1}")
            head.append(f"Session: 1a;timeout={self.timeout_s}")
        return self._format("200 OK", head, body)

    def _format(self, status: str, fields: list[str], body: bytes = b"") -> bytes:
        return "\r\n".join((f"RTSP/1.0 {status}", *fields, "", "")).encode() + body

    def _is_right(self, method: str, url: str, authorization: str) -> bool:
        self._uses, self._is_stale = self._uses + 1, False
        sent = parse(authorization) if authorization else None
        if not isinstance(sent, DigestCredentials) or int(sent.nc, 16) != self._uses or self._uses > 3:
            return False
        user, _, password = self.login.partition(":")
        is_right = sent.uri == url and sent.response == answer(sent, method, secret(MD5, user, "cam", password))
        self._is_stale = is_right and self.stale > 0
        self.stale -= self._is_stale
        return is_right and not self._is_stale
