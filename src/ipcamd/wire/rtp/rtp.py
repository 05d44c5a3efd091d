"""RTP packets (RFC 3550, section 5)."""

import struct
from collections.abc import Iterable

from ipcamd.dataclass import dataclass

_HEADER = struct.Struct(">BBHII")
_MARKER = 0x80
_PLAIN = 0x80
"""First byte of a packet without CSRC list, header extension and padding."""

ROOM = 1400
"""Maximum payload bytes of a packet: with all headers below Ethernet's 1500, including IPv6 and common tunnels."""

HEADER_BYTES = _HEADER.size
"""Bytes of a header."""

FULL = HEADER_BYTES + ROOM
"""Bytes of a full packet."""


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """One packet, without its CSRC list, header extension and padding."""

    payload_type: int
    """0 to 127."""
    marker: bool
    sequence: int
    """Modulo 2**16."""
    timestamp: int
    """Units of the payload format's clock, modulo 2**32."""
    ssrc: int
    """Number of the synchronization source, 32 bits."""
    payload: bytes


def parse(data: bytes) -> RtpPacket:
    """Return a parsed packet; raise ``ValueError`` if it is not RTP version 2, or is truncated."""
    second, sequence, timestamp, ssrc, payload = split(data)
    return RtpPacket(second & 0x7F, second >= _MARKER, sequence, timestamp, ssrc, payload)


def split(data: bytes) -> tuple[int, int, int, int, bytes]:
    """Return marker (the highest bit) and payload type, sequence number, time stamp, SSRC and payload of a packet.
    Raises ``ValueError`` as `parse`, which is slower."""
    if len(data) < _HEADER.size:
        raise ValueError("shorter than an RTP header")
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
    if first == _PLAIN:
        return second, sequence, timestamp, ssrc, data[_HEADER.size :]
    if first >> 6 != 2:
        raise ValueError("not RTP version 2")
    start = _HEADER.size + 4 * (first & 0x0F)
    if first & 0x10:
        start = _after_extension(data, start)
    end = len(data) - (data[-1] if first & 0x20 else 0)
    if start > end or (first & 0x20 and data[-1] == 0):
        raise ValueError("RTP header longer than the packet")
    return second, sequence, timestamp, ssrc, data[start:end]


def _after_extension(data: bytes, start: int) -> int:
    if len(data) < start + 4:
        raise ValueError("RTP header extension cut short")
    return start + 4 + 4 * int.from_bytes(data[start + 2 : start + 4])


def with_payload_type(packet: bytes, payload_type: int) -> bytes:
    """Return a packet with another payload type."""
    return b"%c%c%b" % (packet[0], packet[1] & _MARKER | payload_type, packet[2:])


def with_extension(packet: bytes, extension: bytes) -> bytes:
    """Return a packet with a header extension (RFC 3550, 5.3.1); it has neither one nor a CSRC list before."""
    return b"%c%b%b%b" % (packet[0] | 0x10, packet[1 : _HEADER.size], extension, packet[_HEADER.size :])


class RtpSequencer:
    """Makes numbered packets of the payloads of one source."""

    def __init__(self, payload_type: int, ssrc: int, sequence: int) -> None:
        """`sequence` (modulo 2**16) is the first packet's. `payload_type` is 0 to 127, `ssrc` the source's number of
        32 bits (RFC 3550, 5.1)."""
        self.ssrc = ssrc
        self.sequence = sequence & 0xFFFF
        """Sequence number of the next packet."""
        self.packets = 0
        """Number of packets so far."""
        self.octets = 0
        """Bytes of payload so far."""
        self._type = payload_type

    def pack(self, payloads: Iterable[tuple[int, bool, bytes]]) -> list[bytes]:
        """Return one packet for each (time stamp, marker, payload)."""
        packets = []
        for timestamp, marker, payload in payloads:
            second = self._type | _MARKER if marker else self._type
            header = _HEADER.pack(0x80, second, self.sequence, timestamp & 0xFFFFFFFF, self.ssrc)
            packets.append(header + payload)
            self.sequence = (self.sequence + 1) & 0xFFFF
            self.octets += len(payload)
        self.packets += len(packets)
        return packets
