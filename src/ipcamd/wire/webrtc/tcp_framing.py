"""Framing of packets on a TCP connection (RFC 4571, as used by ICE's TCP candidates: RFC 6544)."""

from collections.abc import Iterable, Iterator

MOST_BYTES = 2048
"""Maximum bytes of an accepted packet."""


def frame_packets(packets: Iterable[bytes]) -> bytes:
    """Return packets, each with its length before it."""
    return b"".join([len(packet).to_bytes(2) + packet for packet in packets])


class PacketSplitter:
    """Splits received bytes into packets."""

    __slots__ = ("_data",)

    def __init__(self) -> None:
        self._data = b""

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Yield the packets that are complete now. Raises ``ValueError`` for a packet that is too long."""
        self._data += piece
        while len(self._data) >= 2:
            length = int.from_bytes(self._data[:2])
            if length > MOST_BYTES:
                raise ValueError("a packet that is too long")
            if len(self._data) < 2 + length:
                return
            packet, self._data = self._data[2 : 2 + length], self._data[2 + length :]
            yield packet
