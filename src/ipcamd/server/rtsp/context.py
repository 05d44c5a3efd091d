"""Context of RTSP requests: what the methods use of the service, and of the connection that a request came on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ipcamd.access.accounts import Account
from ipcamd.server.registry import Registry
from ipcamd.server.rtp.tcp import TcpWriter
from ipcamd.server.rtp.udp import UdpPortPool
from ipcamd.server.rtsp.authenticator import RtspAuthenticator
from ipcamd.server.rtsp.mounts.media import Media, Paths
from ipcamd.server.rtsp.multicast import Multicaster
from ipcamd.server.rtsp.session import Session, SessionOwner
from ipcamd.server.rtsp.session_table import Sessions
from ipcamd.server.rtsp.streams import Streams
from ipcamd.wire.rtsp.message import Request

Receiver = Callable[[bytes], None]


@dataclass(slots=True)
class RtspContext:
    """The parts of one RTSP service."""

    paths: Paths
    authenticator: RtspAuthenticator
    registry: Registry
    sessions: Sessions
    streams: Streams
    multicast: Multicaster
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

    def authenticate(self, request: Request, *, talk: bool = False) -> Account:
        """Return who sent the request; `talk`: it wants to speak. Raises ``Refused`` 401, 403, 429."""

    def begin(self, media: Media, account: Account) -> Session:
        """Make a session. Raises ``Refused`` 453 if this client, or the camera, has too many."""

    def session(self, request: Request) -> Session:
        """Return the session that a request names, and keep it alive. Raises ``Refused`` 454, 401."""

    def mark(self) -> None:
        """Mark what goes out as its sessions need it (Network.Advanced.QoS)."""

    def then(self, work: Callable[[], None]) -> None:
        """Do `work` when the answer has been sent."""

    def channels(self, wanted: tuple[int, int] | None, receivers: tuple[Receiver, Receiver]) -> tuple[int, int]:
        """Return a pair of channels that is free, the `wanted` one if it is; hand what comes on it to `receivers`."""

    def give_back(self, channels: tuple[int, int]) -> None:
        """Free a pair of channels."""
