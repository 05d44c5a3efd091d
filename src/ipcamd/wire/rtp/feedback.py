"""RTCP feedback of receivers (RFC 4585, RFC 5104): lost packets, and requests for a key frame."""

import struct

from ipcamd.dataclass import dataclass
from ipcamd.wire.rtp.rtcp import make_packet, split_compound

_TRANSPORT, _PAYLOAD = 205, 206
_NACK = 1
_PICTURE_LOSS, _FULL_INTRA_REQUEST = 1, 4
_SOURCES = struct.Struct(">II")
_LOST = struct.Struct(">HH")
_FULL_INTRA_ENTRY = struct.Struct(">IBxxx")


@dataclass(frozen=True, slots=True)
class LostPackets:
    """Packets of a source that a receiver requests again (Generic NACK)."""

    source: int
    """SSRC of the source."""
    sequences: tuple[int, ...]
    """Sequence numbers."""


@dataclass(frozen=True, slots=True)
class KeyFrameRequest:
    """A receiver cannot decode a source before its next key frame (PLI, FIR)."""

    source: int
    """SSRC of the source."""


def parse(data: bytes) -> list[LostPackets | KeyFrameRequest]:
    """Return the feedback in a compound packet, ignoring other packets in it. Raises ``ValueError``."""
    found: list[LostPackets | KeyFrameRequest] = []
    for kind, form, body in split_compound(data):
        if kind in (_TRANSPORT, _PAYLOAD) and len(body) < _SOURCES.size:
            raise ValueError("feedback cut short")
        if kind == _TRANSPORT and form == _NACK:
            found.append(_lost_packets(body))
        elif kind == _PAYLOAD and form == _PICTURE_LOSS:
            found.append(KeyFrameRequest(_SOURCES.unpack_from(body)[1]))
        elif kind == _PAYLOAD and form == _FULL_INTRA_REQUEST:
            found += _full_intra_requests(body)
    return found


def make_picture_loss(sender: int, source: int) -> bytes:
    """Return a request for a key frame of `source`."""
    return make_packet(_PAYLOAD, _PICTURE_LOSS, _SOURCES.pack(sender, source))


def make_full_intra_request(sender: int, source: int, number: int) -> bytes:
    """Return a request for a key frame of `source`; `number` (0 to 255) counts such requests."""
    entry = _FULL_INTRA_ENTRY.pack(source, number)
    return make_packet(_PAYLOAD, _FULL_INTRA_REQUEST, _SOURCES.pack(sender, 0) + entry)


def _lost_packets(body: bytes) -> LostPackets:
    sequences: list[int] = []
    if (len(body) - _SOURCES.size) % _LOST.size:
        raise ValueError("NACK cut short")
    for first, following in _LOST.iter_unpack(body[_SOURCES.size :]):
        sequences += (first, *(first + 1 + bit & 0xFFFF for bit in range(16) if following >> bit & 1))
    return LostPackets(_SOURCES.unpack_from(body)[1], tuple(sequences))


def _full_intra_requests(body: bytes) -> list[KeyFrameRequest]:
    if (len(body) - _SOURCES.size) % _FULL_INTRA_ENTRY.size:
        raise ValueError("FIR cut short")
    return [KeyFrameRequest(source) for source, _ in _FULL_INTRA_ENTRY.iter_unpack(body[_SOURCES.size :])]
