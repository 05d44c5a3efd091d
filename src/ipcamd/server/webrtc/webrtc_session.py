"""WebRTC session: one client, from its offer to its end."""

import secrets
from collections.abc import Callable, Sequence

from ipcamd.access.accounts import Account
from ipcamd.connected_clients import ConnectedClient
from ipcamd.dataclass import dataclass
from ipcamd.media.stream.traffic import ViewerIdentity
from ipcamd.server.rtp.rtp_stream import RtpStream
from ipcamd.server.viewer_limit import ViewerPlace
from ipcamd.server.webrtc.dtls import DtlsContext, DtlsServer, SrtpKeys
from ipcamd.server.webrtc.ice_agent import IceCredentials
from ipcamd.server.webrtc.network_path import FIRST_DTLS, NetworkPath
from ipcamd.server.webrtc.session_timeout import has_timed_out
from ipcamd.server.webrtc.srtp import SrtpSession
from ipcamd.server.webrtc.stream_table import PROTOCOL
from ipcamd.server.webrtc.webrtc_viewer import TypedPackets, WebRtcViewer
from ipcamd.wire.rtp import feedback, rtcp

MOST_PATHS = 8
"""Maximum number of paths of one client; a new one replaces the oldest that the client has not chosen."""

_FIRST_RTP = 128
_RTCP = range(192, 224)
"""Second byte of RTCP packets (RFC 5761)."""


@dataclass(frozen=True, slots=True)
class SessionTrack:
    """One stream of the client."""

    stream: RtpStream
    packets: TypedPackets


@dataclass(frozen=True, slots=True)
class SessionHooks:
    """Callbacks of a session to the service."""

    now_s: Callable[[], float]
    admit: Callable[["WebRtcSession"], bool]
    """Reserves a viewer's place; returns False if there is none."""
    ended: Callable[["WebRtcSession", str], None]
    """Called when the client has disconnected, with the reason for the log; "": the client has closed the
    connection."""
    talk: Callable[["WebRtcSession", bytes], None] | None
    """Plays an RTP packet of the client; None: the client does not talk."""


class WebRtcSession:
    """See `PacketReceiver`, `CheckedSession`."""

    def __init__(
        self,
        number: int,
        account: Account,
        address: str,
        tracks: Sequence[SessionTrack],
        hooks: SessionHooks,
    ) -> None:
        """`number` is unique in the service; `address` is the IP address that sent the offer."""
        self.number = number
        self.account = account
        self.address = address
        self.identifier = secrets.token_hex(16)
        self.credentials = IceCredentials()
        self.since_s = hooks.now_s()
        self.place: ViewerPlace | None = None
        """Place among the viewers, after connecting."""
        self._tracks = tracks
        self._hooks = hooks
        self._heard_s = self.since_s
        self._dtls: DtlsServer | None = None
        self._srtp: SrtpSession | None = None
        self._paths: dict[NetworkPath, None] = {}
        self._selected: NetworkPath | None = None
        self._viewers: dict[int, tuple[RtpStream, WebRtcViewer]] = {}
        """Viewers by SSRC."""

    def start(self, context: DtlsContext, fingerprint: str) -> None:
        """Wait for the handshake of a client with a certificate of this fingerprint."""
        self._dtls = DtlsServer(
            context, fingerprint, self._send, self._connected, lambda why: self._hooks.ended(self, why)
        )

    @property
    def is_connected(self) -> bool:
        """Whether media are sent."""
        return self._srtp is not None

    @property
    def streams(self) -> list[RtpStream]:
        """Streams of the client."""
        return [track.stream for track in self._tracks]

    @property
    def client_addresses(self) -> set[str]:
        """All IP addresses of the client."""
        return {self.address, *(path.address for path in self._paths)}

    def is_over(self, now_s: float) -> bool:
        """Whether the client has not connected in time, or is silent."""
        heard_s = self._heard_s if self.is_connected else None
        return has_timed_out(now_s, self.since_s, heard_s)

    # -- from the network

    def note_check(self, path: NetworkPath, *, nominated: bool) -> None:
        """See `CheckedSession`."""
        self._heard_s = self._hooks.now_s()
        if path not in self._paths:
            self._add_path(path)
        if nominated or self._selected is None:
            self._select(path)

    def receive(self, packet: bytes, path: NetworkPath) -> None:
        """See `PacketReceiver`."""
        if packet[0] >= _FIRST_RTP:
            self._receive_media(packet)
        elif packet[0] >= FIRST_DTLS and self._dtls:
            if not self.is_connected:
                self._select(path)
            self._dtls.receive(packet)

    def lose(self, path: NetworkPath) -> None:
        """See `PacketReceiver`."""
        self._paths.pop(path, None)
        if path is self._selected:
            self._hooks.ended(self, "")

    def close(self) -> None:
        """Tell the client that the session ends, and release everything."""
        for stream, viewer in self._viewers.values():
            stream.dismiss(viewer)
        if self._dtls:
            self._dtls.close()
        self._viewers.clear()
        # break reference cycles: their native memory would wait for the garbage collector
        self._dtls = self._srtp = self._selected = None
        for path in self._paths:
            path.bind(None)
        self._paths.clear()

    def describe(self) -> ConnectedClient:
        """Return the description of the client."""
        over = self._selected.protocol if self._selected else "udp"
        return ConnectedClient(
            number=self.number,
            account=self.account.name,
            address=self.address,
            protocol=f"{PROTOCOL}/{over}",
            streams=tuple(stream.hub.name for stream in self.streams),
            path="/whep",
            page="",
            since_s=self.since_s,
            sent_bytes=sum(viewer.bytes_sent for _, viewer in self._viewers.values()),
        )

    def _add_path(self, path: NetworkPath) -> None:
        if len(self._paths) >= MOST_PATHS:
            oldest = next(known for known in self._paths if known is not self._selected)
            del self._paths[oldest]
            oldest.bind(None)
        self._paths[path] = None
        path.bind(self)

    def _select(self, path: NetworkPath) -> None:
        self._selected = path
        for _, viewer in self._viewers.values():
            viewer.path = path

    def _send(self, packet: bytes) -> None:
        if self._selected:
            self._selected.send(packet)

    # -- from DTLS

    def _connected(self, keys: SrtpKeys) -> None:
        path = self._selected
        if path is None or not self._hooks.admit(self):
            self._hooks.ended(self, "")
            return
        self._srtp = SrtpSession(keys)
        identity = ViewerIdentity(self.address, PROTOCOL, self.account.name)
        for track in self._tracks:
            viewer = WebRtcViewer(identity, track.packets, self._srtp, path, self._hooks.now_s)
            self._viewers[track.stream.ssrc] = track.stream, viewer
            track.stream.add(viewer)

    # -- from the client, encrypted

    def _receive_media(self, packet: bytes) -> None:
        if self._srtp is None or len(packet) < 2:
            return
        try:
            if packet[1] in _RTCP:
                self._receive_rtcp(self._srtp.unprotect_rtcp(packet))
            elif self._hooks.talk:
                self._hooks.talk(self, self._srtp.unprotect(packet))
        except ValueError:
            return
        self._heard_s = self._hooks.now_s()

    def _receive_rtcp(self, packet: bytes) -> None:
        for report in (*feedback.parse(packet), *rtcp.parse(packet)):
            match report:
                case feedback.LostPackets(source, sequences) if source in self._viewers:
                    self._viewers[source][1].repeat(sequences)
                case feedback.KeyFrameRequest(source) if source in self._viewers:
                    self._viewers[source][0].ask_key()
                case rtcp.ReceptionReport(source=source) if source in self._viewers:
                    self._viewers[source][1].note_reception(report)
                case rtcp.Goodbye():
                    self._hooks.ended(self, "")
                    return
