"""Network path to a WebRTC client: from one of the camera's addresses to one of the client's, over UDP or TCP."""

from collections.abc import Sequence
from typing import Protocol

FIRST_DTLS = 20
"""First byte from which a packet is no STUN message (RFC 7983)."""


class NetworkPath(Protocol):
    """Path for datagrams."""

    address: str
    """The client's IP address; an IPv4-mapped IPv6 address as IPv4."""
    port: int
    """The client's port."""
    protocol: str
    """``udp`` or ``tcp``."""

    is_paced: bool
    """Whether bursts get lost on it, so that they are sent slowly."""

    def send(self, packet: bytes) -> None:
        """Send one packet, or drop it. Never blocks."""

    def send_runs(self, runs: Sequence[Sequence[bytes]]) -> bool:
        """Send packets in runs (see ``RtpFrame``); return False if the path cannot accept them now."""

    def send_start(self, runs: Sequence[Sequence[bytes]]) -> None:
        """Send the first frames of a new viewer, of any size."""

    @property
    def is_full(self) -> bool:
        """Whether media must wait because too much is unsent."""

    def bind(self, receiver: "PacketReceiver | None") -> None:
        """Pass packets of this path to `receiver` from now on; None: drop them."""


class PacketReceiver(Protocol):
    """Receiver of a path's packets other than connectivity checks."""

    def receive(self, packet: bytes, path: NetworkPath) -> None:
        """Handle a packet."""

    def lose(self, path: NetworkPath) -> None:
        """Handle the end of a path."""
