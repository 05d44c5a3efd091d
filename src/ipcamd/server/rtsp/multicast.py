"""Multicast: streams sent to a group and announced by SAP (Network.Advanced.Multicast; RFC 2974)."""

import asyncio
import logging
import socket
from collections.abc import Callable

from ipcamd.dataclass import dataclass
from ipcamd.media.codecs import Codec
from ipcamd.media.stream.traffic import ViewerIdentity
from ipcamd.server.rtp.rtp_stream import RtpStream
from ipcamd.server.rtp.udp_viewer import UdpPortPair, UdpViewer
from ipcamd.server.rtsp.describe import KEY_FRAME_TIMEOUT_S, describe_track
from ipcamd.wire.rtsp import sdp

log = logging.getLogger(__name__)

SAP_INTERVAL_S = 30.0
"""Seconds between announcements."""


@dataclass(frozen=True, slots=True)
class MulticastSettings:
    """Settings of multicast (SDK 10.28)."""

    group: str
    """IPv4 address."""
    ports: tuple[tuple[Codec, int], ...]
    """The even port of each codec that is sent."""
    ttl: int
    """Maximum number of routers that a packet may pass (IP time to live)."""
    interface: str
    """Source address (IPv4); ``0.0.0.0`` lets the system choose."""


class MulticastSender:
    """Sender of one stream to the group."""

    def __init__(self, stream: RtpStream, settings: MulticastSettings, port: int, tos: int) -> None:
        """`port` is the group's RTP port; for `tos` see `UdpPortPair`. Raises ``OSError``."""
        self.stream = stream
        self.group, self.port, self.ttl = settings.group, port, settings.ttl
        self.ports = UdpPortPair(settings.interface, tos, settings.ttl)
        identity = ViewerIdentity(self.group, "multicast")
        self._viewer = UdpViewer(identity, self.ports, ((self.group, port), (self.group, port + 1)))
        stream.add(self._viewer)

    def adopt(self, stream: RtpStream, settings: MulticastSettings, port: int) -> bool:
        """Continue with these settings if possible; return whether it does.

        Receivers treat the same source on another socket as a collision (RFC 3550, 8.2) and stop playing.
        """
        here = self.stream, self.group, self.port, self.ports.local
        if here != (stream, settings.group, port, settings.interface):
            return False
        if self.ttl != settings.ttl:
            self.ttl = settings.ttl
            self.ports.set_multicast(self.ttl)
        return True

    def close(self) -> None:
        """Send RTCP BYE and stop."""
        self.stream.dismiss(self._viewer)
        self.ports.close()


class MulticastService:
    """Sends to the group while multicast is enabled; receivers are not known."""

    def __init__(self, stream: Callable[[Codec], RtpStream | None], name: Callable[[], str]) -> None:
        """`stream` returns the stream of a codec, None if the camera has none now.

        `name` returns the camera's name, for RTCP.
        """
        self._stream = stream
        self._name = name
        self._senders: dict[Codec, MulticastSender] = {}
        self._tos: dict[str, int] = {}
        self._announcing: asyncio.Task[None] | None = None

    def sender(self, codec: Codec) -> MulticastSender | None:
        """Return the sender of a codec; None if it is not sent."""
        return self._senders.get(codec)

    def configure(self, settings: MulticastSettings | None) -> None:
        """Apply settings; None stops multicast. Unchanged streams are not interrupted."""
        before, self._senders = self._senders, {}
        streams = [(codec, port, self._stream(codec)) for codec, port in settings.ports] if settings else []
        for codec, port, stream in streams:
            sender = before.get(codec)
            if settings and sender and stream and sender.adopt(stream, settings, port):
                self._senders[codec] = before.pop(codec)
        for sender in before.values():
            sender.close()
        for codec, port, stream in streams:
            if settings and stream and codec not in self._senders:
                self._begin(codec, port, settings, stream)
        self._announce_anew(settings)

    def mark(self, media: str, tos: int) -> None:
        """Set the type-of-service byte of all packets of `media`."""
        self._tos[media] = tos
        for sender in self._senders.values():
            if sender.stream.format.media == media:
                sender.ports.mark(tos)

    def _begin(self, codec: Codec, port: int, settings: MulticastSettings, stream: RtpStream) -> None:
        try:
            tos = self._tos.get(stream.format.media, 0)
            self._senders[codec] = MulticastSender(stream, settings, port, tos)
        except OSError as error:
            log.warning("multicast of %s to %s failed: %s", codec.name, settings.group, error)

    def _announce_anew(self, settings: MulticastSettings | None) -> None:
        if self._announcing:
            self._announcing.cancel()
            self._announcing = None
        if settings and self._video_senders():
            self._announcing = asyncio.get_running_loop().create_task(self._announce(settings))

    async def _announce(self, settings: MulticastSettings) -> None:
        """Announce a session for each video stream, with audio; delete the announcements at the end."""
        from ipcamd.wire.rtsp import sap  # few cameras send multicast

        try:
            sock = _announcer(settings)
        except OSError as error:
            log.warning("multicast sessions cannot be announced: %s", error)
            return
        descriptions: list[bytes] = []
        source: str = sock.getsockname()[0]
        try:
            while True:
                descriptions = [await self._describe(sender, settings, source) for sender in self._video_senders()]
                for text in descriptions:
                    _send(sock, sap.format_announcement(text, source))
                await asyncio.sleep(SAP_INTERVAL_S)
        finally:
            for text in descriptions:
                _send(sock, sap.format_announcement(text, source, ended=True))
            sock.close()

    def _video_senders(self) -> list[MulticastSender]:
        return [sender for sender in self._senders.values() if sender.stream.format.media == "video"]

    async def _describe(self, video: MulticastSender, settings: MulticastSettings, source: str) -> bytes:
        senders = [video, *(s for s in self._senders.values() if s.stream.format.media == "audio")]
        tracks = [
            describe_track(s.stream, await s.stream.parameters(KEY_FRAME_TIMEOUT_S), port=s.port) for s in senders
        ]
        # the SSRC identifies the session for the lifetime of the stream
        number = video.stream.ssrc
        return sdp.write(sdp.SessionDescription(self._name(), source, number, 1, tracks, settings.group, settings.ttl))


def _announcer(settings: MulticastSettings) -> socket.socket:
    from ipcamd.wire.rtsp import sap

    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, settings.ttl)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(settings.interface))
    sock.bind((settings.interface, 0))
    # connect() selects the local address
    sock.connect((sap.group_for(settings.group), sap.PORT))
    return sock


def _send(sock: socket.socket, packet: bytes) -> None:
    try:
        sock.send(packet)
    except OSError as error:
        log.info("a multicast session was not announced: %s", error)
