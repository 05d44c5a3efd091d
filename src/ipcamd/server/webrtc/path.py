"""Network path to a WebRTC client: from one of the camera's addresses to one of the client's, over UDP or TCP."""

from collections.abc import Sequence
from typing import Protocol


class NetworkPath(Protocol):
    """Path that datagrams are sent on."""

    address: str
    """The client's IP address, IPv4-mapped IPv6 as IPv4."""
    port: int
    """The client's port."""
    protocol: str
    """``udp`` or ``tcp``."""

    is_paced: bool
    """Whether a burst would be lost, and is sent slowly."""

    def send(self, packet: bytes) -> None:
        """Send one packet, or lose it. Never blocks."""

    def send_runs(self, runs: Sequence[Sequence[bytes]]) -> bool:
        """Send packets in runs (see ``RtpFrame``); return False if the path cannot take them now."""

    def send_start(self, runs: Sequence[Sequence[bytes]]) -> None:
        """Send what a new viewer needs first, however much it is."""

    @property
    def is_full(self) -> bool:
        """Whether media must wait: too much has not been taken yet."""

    def bind(self, receiver: "PacketReceiver | None") -> None:
        """Hand what comes by this path to `receiver` from now on; None: to nobody."""


class PacketReceiver(Protocol):
    """Receiver of packets, other than connectivity checks, that come by a path."""

    def receive(self, packet: bytes, path: NetworkPath) -> None:
        """Handle a packet."""

    def lose(self, path: NetworkPath) -> None:
        """Note that a path has ended."""
