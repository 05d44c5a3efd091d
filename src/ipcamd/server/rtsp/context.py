"""RTSP context: the parts of the service and of the connection that the methods use."""

from collections.abc import Callable
from dataclasses import field
from typing import Protocol

from ipcamd.access.accounts import Account
from ipcamd.dataclass import dataclass
from ipcamd.server.connection_registry import Registry
from ipcamd.server.rtp.tcp_viewer import BatchSender, TcpWriter
from ipcamd.server.rtp.udp_viewer import UdpPortPool
from ipcamd.server.rtsp.authenticator import RtspAuthenticator
from ipcamd.server.rtsp.mounts.presentation import AnyPresentation, FindPresentation
from ipcamd.server.rtsp.multicast import MulticastService
from ipcamd.server.rtsp.sessions.rtsp_session import RtspSession, SessionOwner
from ipcamd.server.rtsp.sessions.session_table import SessionTable
from ipcamd.server.rtsp.stream_table import RtpStreamTable
from ipcamd.wire.rtsp.message import RtspRequest

Receiver = Callable[[bytes], None]
"""Function that receives one RTP or RTCP packet of a client."""


@dataclass(slots=True)
class RtspContext:
    """Parts of one RTSP service."""

    find: FindPresentation
    authenticator: RtspAuthenticator
    registry: Registry
    sessions: SessionTable
    streams: RtpStreamTable
    multicast: MulticastService
    name: Callable[[], str]
    """Name of the camera."""
    clock_ns: Callable[[], int]
    """Clock of capture times: nanoseconds since the epoch."""
    talks: bool
    """Whether clients can talk."""
    ports: UdpPortPool = field(default_factory=UdpPortPool)
    sender: BatchSender = field(default_factory=BatchSender)
    tos: dict[str, int] = field(default_factory=lambda: {"video": 0, "audio": 0})
    """Type-of-service byte of video and audio packets."""


class ClientConnection(SessionOwner, Protocol):
    """Connection of a request."""

    context: RtspContext
    writer: TcpWriter
    peer: tuple[str, int] | tuple[str, int, int, int]
    """The client's socket address."""
    local: str
    """The local address of the connection."""
    port: int

    def authenticate(self, request: RtspRequest, *, talk: bool = False) -> Account:
        """Return the account of a request; `talk`: it includes talk. Raises ``RtspError`` 401, 403, 429."""

    def create_session(self, media: AnyPresentation, account: Account) -> RtspSession:
        """Create a session. Raises ``RtspError`` 453 at the limit of this client or of the camera."""

    def session(self, request: RtspRequest) -> RtspSession:
        """Return the session that a request names, and keep it alive. Raises ``RtspError`` 454, 401."""

    def mark(self) -> None:
        """Set the DSCP of the connection (Network.Advanced.QoS)."""

    def after_response(self, work: Callable[[], None]) -> None:
        """Call `work` after the response has been sent."""

    def acquire_channels(self, wanted: tuple[int, int] | None, receivers: tuple[Receiver, Receiver]) -> tuple[int, int]:
        """Return a free pair of channels, the `wanted` one if possible; pass packets on it to `receivers`."""

    def release_channels(self, channels: tuple[int, int]) -> None:
        """Free a pair of channels."""


def ignore_packet(_: bytes) -> None:
    """Ignore a packet (a `Receiver`)."""
