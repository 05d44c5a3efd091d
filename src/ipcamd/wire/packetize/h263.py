"""H.263 over RTP (RFC 4629), as 3GPP phones want it."""

from ipcamd.wire.packetize.format import Format, cut, nothing
from ipcamd.wire.rtp import ROOM

_START = b"\x04\0"
"""P bit: the two zero bytes of the picture start code are left out."""
_FOLLOWS = b"\0\0"


def payloads(frame: bytes) -> list[bytes]:
    """Cut a picture; the first piece gives up two zero bytes, each piece gets a header of two."""
    if not frame.startswith(b"\0\0"):
        raise ValueError("no H.263 picture start code")
    pieces = cut(frame[2:], ROOM - 2)
    return [(_FOLLOWS if i else _START) + piece for i, piece in enumerate(pieces)]


FORMAT = Format("video", 98, "H263-1998/90000", 90000, payloads, nothing)
