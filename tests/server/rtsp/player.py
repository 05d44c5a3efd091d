"""A small RTSP client, and hubs of a camera for it."""

import asyncio
from base64 import b64encode
from collections import deque
from dataclasses import dataclass, field

from ipcamd.access.accounts import Account
from ipcamd.access.login_result import LoginRefusal, Reason
from ipcamd.media import codecs
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.traffic import Traffic
from ipcamd.params.group import Rank
from ipcamd.server.admission import Admission
from ipcamd.server.connection_limits import Limits
from ipcamd.server.connection_registry import Registry
from ipcamd.server.rtsp.mounts.stream_paths import Mounts
from ipcamd.server.rtsp.rtsp_service import RtspService
from ipcamd.server.viewer_limit import ViewerLimit
from ipcamd.wire.rtp import rtp

SPS, PPS = bytes.fromhex("6742c01f95a014"), bytes.fromhex("68ce3c80")
SECOND = 1_000_000_000


def basic(user: str) -> str:
    return "Basic " + b64encode(f"{user}:{user}".encode()).decode()


class FakeAuthenticator:
    """Authenticator of three accounts; the password of each is its name."""

    def __init__(self) -> None:
        self.accounts = {basic(rank.name.lower()): Account(rank.name.lower(), rank) for rank in Rank}
        self.asked: list[tuple[str, str]] = []

    def verify(
        self, method: str, target: str, authorization: str | None, address: str, prefix: str = ""
    ) -> Account | LoginRefusal:
        self.asked.append((method, target))
        if authorization in self.accounts:
            return self.accounts[authorization]
        if authorization is None:
            return LoginRefusal(Reason.MISSING, "x, y", "n")
        return LoginRefusal(Reason.WRONG, "x, y", "n", delay_s=0.01)


class CameraHubs:
    """The hubs of a camera, and methods that publish frames."""

    def __init__(self) -> None:
        self.now = 1_700_000_000 * SECOND
        self.h264, self.mpeg4, self.mjpeg = Hub(codecs.H264), Hub(codecs.MPEG4), Hub(codecs.JPEG)
        self.sound = Hub(codecs.ULAW, "audio")
        self.microphone = True
        self._number = 0

    def catalog(self) -> Mounts:
        pictures = {hub.name: hub for hub in (self.h264, self.mpeg4, self.mjpeg)}
        return Mounts(lambda: pictures, lambda: self.sound if self.microphone else None)

    def picture(self, *, key: bool = False, size: int = 3000) -> bytes:
        """Publish a picture on the H.264 hub; return its slice, with a number in it."""
        self._number += 1
        self.now += SECOND // 25
        piece = bytes((0x65 if key else 0x41,)) + b"%08d" % self._number + b"x" * size
        head = b"\0\0\0\1" + SPS + b"\0\0\0\1" + PPS if key else b""
        frame = head + b"\0\0\0\1" + piece
        self.h264.publish(EncodedFrame(codecs.H264, frame, key, self.now, self._number, (640, 480)))
        return piece

    def tone(self) -> bytes:
        """Publish 40 ms on the hub of the sound."""
        self._number += 1
        samples = b"%08d" % self._number + b"\xff" * 312
        self.sound.publish(EncodedFrame(codecs.ULAW, samples, True, self.now, self._number))
        return samples


@dataclass
class Response:
    status: int
    fields: dict[str, str]
    body: bytes = b""
    challenges: list[str] = field(default_factory=list)
    reason: str = ""


class Player:
    """Sends requests, reads answers and interleaved packets."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, url: str) -> None:
        self.reader, self.writer, self.url = reader, writer, url
        self.packets: deque[tuple[int, bytes]] = deque()
        self.cseq = 0
        self.session = ""

    @classmethod
    async def connect(cls, port: int) -> "Player":
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        return cls(reader, writer, f"rtsp://127.0.0.1:{port}")

    def send(self, method: str, path: str = "", body: bytes = b"", **fields: str) -> None:
        self.cseq += 1
        if self.session:
            fields.setdefault("session", self.session)
        if body:
            fields["content_length"] = str(len(body))
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
        target = path if path == "*" else self.url + path
        self.writer.write(f"{method} {target} RTSP/1.0\r\nCSeq: {self.cseq}\r\n{lines}\r\n".encode() + body)

    async def ask(self, method: str, path: str = "", body: bytes = b"", **fields: str) -> Response:
        self.send(method, path, body, **fields)
        answer = await self.answer()
        assert answer.fields.get("cseq") == str(self.cseq)
        if "session" in answer.fields:
            self.session = answer.fields["session"].partition(";")[0]
        return answer

    async def answer(self) -> Response:
        while True:
            first = await self.reader.readexactly(1)
            if first == b"$":
                await self._packet()
                continue
            text = first + await self.reader.readuntil(b"\r\n\r\n")
            line, *rest = text.decode().split("\r\n")[:-2]
            pairs = [(name.lower(), value) for name, _, value in (each.partition(": ") for each in rest)]
            _, status, reason = line.split(" ", 2)
            answer = Response(int(status), dict(pairs), reason=reason)
            answer.challenges = [value for name, value in pairs if name == "www-authenticate"]
            answer.body = await self.reader.readexactly(int(answer.fields.get("content-length", "0")))
            return answer

    async def _packet(self) -> None:
        channel, high, low = await self.reader.readexactly(3)
        self.packets.append((channel, await self.reader.readexactly(high << 8 | low)))

    async def packet(self, channel: int = 0) -> rtp.RtpPacket:
        """Return the next RTP packet on a channel; others are kept for later."""
        return rtp.parse(await self.data(channel))

    async def data(self, channel: int) -> bytes:
        """Return the bytes of the next packet on a channel; others are kept for later."""
        seen = 0
        while True:
            for at in range(seen, len(self.packets)):
                if self.packets[at][0] == channel:
                    data = self.packets[at][1]
                    del self.packets[at]
                    return data
            seen = len(self.packets)
            assert await self.reader.readexactly(1) == b"$"
            await self._packet()

    async def frame(self, channel: int = 0) -> bytes:
        """Return the last unit of the next H.264 picture."""
        data = b""
        while True:
            packet = await self.packet(channel)
            if packet.payload[0] & 31 == 28:
                if packet.payload[1] & 0x80:
                    data = bytes((packet.payload[0] & 0xE0 | packet.payload[1] & 31,))
                data += packet.payload[2:]
            elif packet.payload[0] & 31 != 24:
                data = packet.payload
            if packet.marker:
                return data

    async def play(self, path: str = "/h264", tracks: int = 1, user: str = "") -> None:
        """Set tracks up on channels 0, 2 ... and play them."""
        login = {"authorization": basic(user)} if user else {}
        for track in range(tracks):
            channels = f"RTP/AVP/TCP;unicast;interleaved={2 * track}-{2 * track + 1}"
            assert (await self.ask("SETUP", f"{path}/track{track}", transport=channels, **login)).status == 200
        assert (await self.ask("PLAY", path)).status == 200

    async def closed(self) -> bool:
        """Whether the server ended the connection."""
        try:
            while await self.reader.read(65536):
                pass
        except ConnectionError:
            pass
        return True

    def close(self) -> None:
        self.writer.close()


class RtspRig:
    """An RTSP service on a free port, with players, as a context manager."""

    def __init__(self, limits: Limits | None = None, allows=lambda _: True) -> None:
        self.hubs, self.authenticator = CameraHubs(), FakeAuthenticator()
        self.time = 1000.0
        self.spoken: list[tuple[bytes, str]] = []
        self.registry = Registry(Admission(limits, allows, lambda: self.time), lambda: self.time)
        self.traffic = Traffic()
        self.viewers = ViewerLimit(self.registry.admission.limits.viewers)
        self.service = RtspService(
            self.hubs.catalog(),
            self.authenticator,
            self.registry,
            self.viewers,
            traffic=self.traffic,
            talk=lambda packet, account: self.spoken.append((packet, account.name)),
            clock_ns=lambda: self.hubs.now,
        )
        self.service.context.authenticator.login_needed = False
        self.players: list[Player] = []

    async def __aenter__(self) -> "RtspRig":
        self.port = (await self.service.open(["127.0.0.1"], 0)).port
        return self

    async def __aexit__(self, *_: object) -> None:
        for player in self.players:
            player.close()
        await self.service.close()

    async def player(self) -> Player:
        self.players.append(player := await Player.connect(self.port))
        return player

    def later(self, seconds: float) -> None:
        """Advance the time, and run the service's checks."""
        self.time += seconds
        self.registry.sweep()

    async def quiet(self) -> None:
        """Wait until the service has handled the actions of its clients."""
        for _ in range(20):
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)
