"""AMR narrow-band speech over RTP (RFC 4867), octet-aligned, as 3GPP phones want it."""

from ipcamd.wire.packetize.format import Format
from ipcamd.wire.rtp import ROOM

_SIZES = (12, 13, 15, 17, 19, 20, 26, 31, 5)
"""Bytes of speech behind a frame's type byte, by frame type 0 to 8; 15 (nothing to send) has none."""
_NO_REQUEST = b"\xf0"
_FRAME = 160
"""Time stamp units that one frame lasts: 20 ms."""
_MOST = ROOM // 32
_FOLLOWED = 0x80


def _frames(data: bytes) -> list[bytes]:
    found = []
    while data:
        kind = data[0] >> 3 & 0x0F
        if kind >= len(_SIZES) and kind != 15:
            raise ValueError("unknown AMR frame type")
        size = 1 + (_SIZES[kind] if kind < len(_SIZES) else 0)
        if len(data) < size:
            raise ValueError("AMR frame cut short")
        found.append(data[:size])
        data = data[size:]
    return found


def payloads(data: bytes) -> list[bytes]:
    """Pack frames in storage form (type byte and speech each) behind one table of contents a packet."""
    frames = _frames(data)
    return [_payload(frames[at : at + _MOST]) for at in range(0, len(frames), _MOST)]


def _payload(frames: list[bytes]) -> bytes:
    types = bytes(frame[0] & 0x7C for frame in frames)
    contents = bytes(kind | _FOLLOWED for kind in types[:-1]) + types[-1:]
    return _NO_REQUEST + contents + b"".join(frame[1:] for frame in frames)


def ticks(payload: bytes) -> int:
    """Return how long a payload lasts: its table of contents ends with the first byte that says so."""
    count = next(i for i, kind in enumerate(payload[1:], 1) if not kind & _FOLLOWED)
    return count * _FRAME


FORMAT = Format("audio", 99, "AMR/8000/1", 8000, payloads, lambda _: "octet-align=1", ticks, marks=False)
