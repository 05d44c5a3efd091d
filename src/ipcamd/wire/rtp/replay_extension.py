"""RTP header extension of a replay: capture time of a frame, and its relation to others (ONVIF Streaming, 6.3)."""

import struct

from ipcamd.dataclass import dataclass
from ipcamd.wire.rtp.rtcp import to_ntp

IDENTIFIER = 0xABAC
"""Number of the extension."""

_EXTENSION = struct.Struct(">HHQBBH")
_HEADER_BYTES = 12
_HAS_EXTENSION = 0x10


@dataclass(frozen=True, slots=True)
class ReplayExtension:
    """Extension in the first packet of a frame."""

    captured_ns: int
    """Time of capture, in nanoseconds since the epoch, UTC."""
    is_clean_point: bool
    """C: a decoder can start here."""
    ends_section: bool
    """E: the recording has a gap after it."""
    is_discontinuous: bool
    """D: it does not follow the previously sent frame."""
    is_last: bool
    """T: it is the last frame of the track."""
    cseq: int
    """Sequence number of the PLAY request; the low byte is sent."""


def add_extension(packet: bytes, extension: ReplayExtension) -> bytes:
    """Return an RTP packet without CSRC list, with the extension added to its header."""
    flags = (extension.is_clean_point, extension.ends_section, extension.is_discontinuous, extension.is_last)
    bits = sum(0x80 >> number for number, flag in enumerate(flags) if flag)
    head = bytes((packet[0] | _HAS_EXTENSION,)) + packet[1:_HEADER_BYTES]
    return (
        head
        + _EXTENSION.pack(IDENTIFIER, 3, to_ntp(extension.captured_ns), bits, extension.cseq & 0xFF, 0)
        + packet[_HEADER_BYTES:]
    )
