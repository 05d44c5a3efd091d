"""Minimal WebRTC client: STUN, DTLS and SRTP of one session, and counts of received packets."""

import asyncio
import re
import secrets
import socket
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from OpenSSL import SSL
from tests.wire.webrtc.stun_request import make_request

from ipcamd.server.webrtc.dtls import DATAGRAM_BYTES, SrtpKeys, sign_certificate
from ipcamd.server.webrtc.srtp import SrtpSession
from ipcamd.wire.rtp import rtcp
from ipcamd.wire.webrtc import stun
from ipcamd.wire.webrtc.dtls_records import split_flight
from ipcamd.wire.webrtc.tcp_framing import PacketSplitter, frame_packets

VIDEO, AUDIO = 102, 0
"""Payload types of the offer."""
PASSWORD = "2/1muCWoOi3uLifh0NuRHlZs"
"""Of its ICE agent."""
PATIENCE_S = 60
CHECK_S = 0.25
"""Seconds after which a check, or a flight of the handshake, is sent again."""
_PROFILE = b"SRTP_AES128_CM_SHA1_80"


@cache
def certificate() -> tuple[SSL.Context, str]:
    """Return a context with a certificate, and its fingerprint."""
    key = ec.generate_private_key(ec.SECP256R1())
    signed = sign_certificate(key)
    context = SSL.Context(SSL.DTLS_METHOD)
    context.use_certificate(signed)
    context.use_privatekey(key)
    context.set_tlsext_use_srtp(_PROFILE)
    return context, signed.fingerprint(SHA256()).hex(":").upper()


def make_offer(audio: str = "recvonly", fingerprint: str = "") -> bytes:
    """Return an offer of H.264 and u-law in one bundle."""
    shared = (
        f"c=IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=ice-ufrag:4Zcd\r\na=ice-pwd:{PASSWORD}\r\n"
        f"a=fingerprint:sha-256 {fingerprint or certificate()[1]}\r\na=setup:actpass\r\n"
    )
    return (
        "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
        f"m=video 9 UDP/TLS/RTP/SAVPF {VIDEO}\r\n{shared}a=mid:0\r\na=recvonly\r\na=rtpmap:{VIDEO} H264/90000\r\n"
        f"a=fmtp:{VIDEO} packetization-mode=1;profile-level-id=42e01f\r\n"
        f"a=rtcp-fb:{VIDEO} nack\r\na=rtcp-fb:{VIDEO} nack pli\r\na=rtcp-fb:{VIDEO} transport-cc\r\n"
        f"m=audio 9 UDP/TLS/RTP/SAVPF {AUDIO}\r\n{shared}a=mid:1\r\na={audio}\r\na=rtpmap:{AUDIO} PCMU/8000\r\n"
    ).encode()


@dataclass
class IceAddress:
    """Address of the camera in an answer."""

    host: str
    port: int
    name: str
    password: str

    @classmethod
    def read(cls, answer: str) -> "IceAddress":
        host, port = re.findall(r"a=candidate:1 1 udp \d+ (\S+) (\d+) typ host", answer)[0]
        name, password = (re.findall(f"a=ice-{what}:(\\S+)", answer)[0] for what in ("ufrag", "pwd"))
        return cls(host, int(port), name, password)


@dataclass
class LightViewer:
    """One session after its offer. `on_packet` gets every RTP packet that it has decrypted."""

    place: IceAddress
    tcp: bool = False
    path: str = ""
    """Of the session."""
    source: str = ""
    """Own address; "" for any."""
    packets: Counter[int] = field(default_factory=Counter)
    """By payload type; not decrypted."""
    pictures: int = 0
    """Packets with the marker bit."""
    answers: int = 0
    """To its checks."""
    is_closed: bool = False
    """The camera has ended the DTLS connection."""
    losing: int = 0
    """Packets of video that are to be lost."""
    lost: list[bytes] = field(default_factory=list)
    on_rtp: Callable[[bytes], None] | None = None
    on_rtcp: Callable[[bytes], None] | None = None
    srtp: SrtpSession | None = None

    async def connect(self) -> None:
        """Check the connection, and shake hands."""
        kind = socket.SOCK_STREAM if self.tcp else socket.SOCK_DGRAM
        self._sock = socket.socket(socket.AF_INET6 if ":" in self.place.host else socket.AF_INET, kind)
        self._sock.setblocking(False)
        if self.source:
            self._sock.bind((self.source, 0))
        self._loop, self._splitter = asyncio.get_running_loop(), PacketSplitter()
        await self._loop.sock_connect(self._sock, (self.place.host, self.place.port))
        self._checked, self._dtls = asyncio.Event(), SSL.Connection(certificate()[0], None)
        self._dtls.set_connect_state()
        self._dtls.set_ciphertext_mtu(DATAGRAM_BYTES)
        self._loop.add_reader(self._sock, self._read)
        async with asyncio.timeout(PATIENCE_S):
            while not self._checked.is_set():
                self.check()
                await self._wait(self._checked)
            self._ready = asyncio.Event()
            self._advance()
            while not self._ready.is_set():
                await self._wait(self._ready)
                self._dtls.DTLSv1_handle_timeout()
                self._flush()

    def check(self, password: str = "") -> None:
        """Send a connectivity check, which also renews the client's consent."""
        name = f"{self.place.name}:4Zcd"
        self.send(make_request(secrets.token_bytes(12), name, password or self.place.password, nominate=True))

    async def be_heard(self) -> None:
        """Wait until the camera has handled all that was sent."""
        answers = self.answers
        self.check()
        async with asyncio.timeout(PATIENCE_S):
            while self.answers == answers:  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    def send(self, packet: bytes) -> None:
        self._sock.send(frame_packets((packet,)) if self.tcp else packet)

    def pause(self) -> None:
        """Read nothing more for now."""
        self._loop.remove_reader(self._sock)

    def resume(self) -> None:
        """Read on."""
        self._loop.add_reader(self._sock, self._read)

    def send_bye(self) -> None:
        """End the session by RTCP."""
        assert self.srtp
        self.send(self.srtp.protect_rtcp(rtcp.receiver_report(1, "") + rtcp.goodbye(1)))

    def end_dtls(self) -> None:
        """Close the DTLS connection, as browsers do, unless the camera has."""
        if not self.is_closed:
            self._dtls.shutdown()
            self._flush()

    def end_sending(self) -> None:
        """Close its side of the TCP connection."""
        self._sock.shutdown(socket.SHUT_WR)

    def read_all(self) -> None:
        """Read and discard the received data, so that a close sends no reset."""
        with suppress(BlockingIOError):
            while self._sock.recv(1 << 16):
                pass

    def close(self) -> None:
        """Close the sockets without a message."""
        self._loop.remove_reader(self._sock)
        self._sock.close()

    async def _wait(self, event: asyncio.Event) -> None:
        try:
            await asyncio.wait_for(event.wait(), CHECK_S)
        except TimeoutError:
            return

    def _read(self) -> None:
        for _ in range(64):
            try:
                data = self._sock.recv(1 << 16)
            except OSError:
                return
            if not data and self.tcp:
                self.is_closed = True
                self._loop.remove_reader(self._sock)
                return
            for packet in self._splitter.feed(data) if self.tcp else (data,):
                self._receive(packet)

    def _receive(self, packet: bytes) -> None:
        if packet[0] == 0:  # a check of a sender that is no ICE-lite agent
            host, port = self._sock.getpeername()[:2]
            self.send(stun.make_success(stun.parse(packet), host, port, PASSWORD))
        elif packet[0] < 20:
            self.answers += 1
            self._checked.set()
        elif packet[0] < 128:
            self._dtls.bio_write(packet)
            self._advance()
        elif 192 <= packet[1] < 224:
            if self.on_rtcp and self.srtp:
                self.on_rtcp(self.srtp.unprotect_rtcp(packet))
        elif self.losing and packet[1] & 0x7F == VIDEO:
            self.losing -= 1
            self.lost.append(packet)
        else:
            self.packets[packet[1] & 0x7F] += 1
            self.pictures += packet[1] >> 7
            if self.on_rtp and self.srtp:
                with suppress(ValueError):  # a packet that has come before
                    self.on_rtp(self.srtp.unprotect(packet))

    def _advance(self) -> None:
        try:
            if self.srtp:
                self._dtls.recv(1)
            else:
                self._dtls.do_handshake()
                exported = self._dtls.export_keying_material(b"EXTRACTOR-dtls_srtp", 60)
                mine, theirs = exported[:16] + exported[32:46], exported[16:32] + exported[46:60]
                self.srtp = SrtpSession(SrtpKeys(received=theirs, sent=mine))
                self._ready.set()
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.is_closed = True
        self._flush()

    def _flush(self) -> None:
        try:
            flight = self._dtls.bio_read(1 << 16)
        except SSL.WantReadError:
            return
        for datagram in split_flight(flight, DATAGRAM_BYTES):
            self.send(datagram)
