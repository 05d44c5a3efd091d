"""Context of RTSP requests: what the methods use of the service, and of the connection that a request came on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ipcamd.access.accounts import Account
from ipcamd.server.registry import Registry
from ipcamd.server.rtp.tcp import TcpWriter
from ipcamd.server.rtp.udp import UdpPortPool
from ipcamd.server.rtsp.authenticator import RtspAuthenticator
from ipcamd.server.rtsp.mounts.media import FindPresentation, Presentation
from ipcamd.server.rtsp.multicast import MulticastService
from ipcamd.server.rtsp.session import RtspSession, SessionOwner
from ipcamd.server.rtsp.session_table import SessionTable
from ipcamd.server.rtsp.streams import RtpStreamTable
from ipcamd.wire.rtsp.message import RtspRequest

Receiver = Callable[[bytes], None]


@dataclass(slots=True)
class RtspContext:
    """The parts of one RTSP service."""

    find: FindPresentation
    authenticator: RtspAuthenticator
    registry: Registry
    sessions: SessionTable
    streams: RtpStreamTable
    multicast: MulticastService
    name: Callable[[], str]
    """The camera's."""
    clock_ns: Callable[[], int]
    """The camera's clock, nanoseconds since the epoch, by which frames are captured."""
    talks: bool
    """Whether clients can be heard at the camera."""
    ports: UdpPortPool = field(default_factory=UdpPortPool)
    tos: dict[str, int] = field(default_factory=lambda: {"video": 0, "audio": 0})
    """Type of service of packets with pictures and with sound."""


class Client(SessionOwner, Protocol):
    """The connection that a request came on."""

    context: RtspContext
    writer: TcpWriter
    peer: tuple[str, int] | tuple[str, int, int, int]
    """The client's socket address."""
    address: str
    """The client's IP address, IPv4-mapped IPv6 as IPv4."""
    local: str
    """The address that it came to."""
    port: int

    def authenticate(self, request: RtspRequest, *, talk: bool = False) -> Account:
        """Return who sent the request; `talk`: it wants to speak. Raises ``Refused`` 401, 403, 429."""

    def create_session(self, media: Presentation, account: Account) -> RtspSession:
        """Make a session. Raises ``Refused`` 453 if this client, or the camera, has too many."""

    def session(self, request: RtspRequest) -> RtspSession:
        """Return the session that a request names, and keep it alive. Raises ``Refused`` 454, 401."""

    def mark(self) -> None:
        """Mark what goes out as its sessions need it (Network.Advanced.QoS)."""

    def after_response(self, work: Callable[[], None]) -> None:
        """Do `work` when the answer has been sent."""

    def acquire_channels(self, wanted: tuple[int, int] | None, receivers: tuple[Receiver, Receiver]) -> tuple[int, int]:
        """Return a pair of channels that is free, the `wanted` one if it is; hand what comes on it to `receivers`."""

    def release_channels(self, channels: tuple[int, int]) -> None:
        """Free a pair of channels."""
