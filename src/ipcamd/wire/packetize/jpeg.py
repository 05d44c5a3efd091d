"""JPEG over RTP (RFC 2435): baseline 4:2:0 and 4:2:2 with the standard Huffman tables."""

from dataclasses import field

from ipcamd.dataclass import dataclass
from ipcamd.wire.packetize.payload_format import PayloadFormat, no_parameters
from ipcamd.wire.rtp.rtp import ROOM

_DHT, _SOF0, _SOS, _DQT, _DRI = 0xC4, 0xC0, 0xDA, 0xDB, 0xDD
_TYPES = {(0x21, 0x11, 0x11): 0, (0x22, 0x11, 0x11): 1}
"""RFC type by the sampling factors of Y, Cb and Cr."""
_RESTARTS = 0x40
_TABLES_INSIDE = 255
_WIDEST = 255 * 8

STANDARD = {
    0x00: bytes.fromhex("00010501010101010100000000000000"),
    0x01: bytes.fromhex("00030101010101010101010000000000"),
    0x10: bytes.fromhex("0002010303020403050504040000017d"),
    0x11: bytes.fromhex("00020102040403040705040400010277"),
}
"""Numbers of codes of each length in the standard Huffman tables (ITU-T T.81, K.3), by class and number."""


@dataclass(slots=True)
class _Image:
    """Fields of an image that the RTP header needs, and its scan."""

    size: tuple[int, int] = (0, 0)
    kind: int = -1
    wanted: list[int] = field(default_factory=list)
    tables: dict[int, bytes] = field(default_factory=dict)
    restart: int = 0
    scan: memoryview = memoryview(b"")

    @property
    def is_suitable(self) -> bool:
        """Whether RTP can carry the image."""
        return self.kind >= 0 and all(number in self.tables for number in self.wanted)


def _read(jpeg: bytes) -> _Image:
    if not jpeg.startswith(b"\xff\xd8"):
        raise ValueError("not a JPEG")
    image, at = _Image(), 2
    while True:
        if len(jpeg) < at + 4 or jpeg[at] != 0xFF:
            raise ValueError("JPEG cut short")
        marker, end = jpeg[at + 1], at + 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        if end > len(jpeg) or end < at + 4:
            raise ValueError("JPEG segment cut short")
        _segment(image, marker, jpeg[at + 4 : end])
        at = end
        if marker == _SOS:
            break
    image.scan = memoryview(jpeg)[at : -2 if jpeg.endswith(b"\xff\xd9") else None]
    return image


def _segment(image: _Image, marker: int, body: bytes) -> None:
    if marker == _SOF0:
        _frame_header(image, body)
    elif 0xC1 <= marker <= 0xCF and marker not in (_DHT, 0xC8, 0xCC):
        raise ValueError("not a baseline JPEG")
    elif marker == _DQT:
        _quantization(image, body)
    elif marker == _DHT:
        _huffman(body)
    elif marker == _DRI and len(body) >= 2:
        image.restart = int.from_bytes(body[:2])


def _frame_header(image: _Image, body: bytes) -> None:
    if len(body) < 15 or body[5] != 3:
        raise ValueError("not a JPEG of three components")
    image.size = int.from_bytes(body[3:5]), int.from_bytes(body[1:3])
    has_one_chroma_table = body[11] == body[14]
    image.kind = _TYPES.get((body[7], body[10], body[13]), -1) if has_one_chroma_table else -1
    image.wanted = [body[8], body[11]]


def _quantization(image: _Image, body: bytes) -> None:
    for at in range(0, len(body), 65):
        if body[at] > 3 or len(body) < at + 65:
            raise ValueError("a quantization table that is not of 64 bytes")
        image.tables[body[at]] = body[at + 1 : at + 65]


def _huffman(body: bytes) -> None:
    while body:
        if STANDARD.get(body[0]) != body[1:17]:
            raise ValueError("not the standard Huffman tables")
        body = body[17 + sum(body[1:17]) :]


def make_payloads(jpeg: bytes, room: int = ROOM) -> list[bytes]:
    """Split a JPEG's scan. RTP headers contain size, sampling and quantization tables; the rest is omitted. Raises
    ``ValueError`` for a JPEG that RFC 2435 does not support."""
    image = _read(jpeg)
    if not image.is_suitable:
        raise ValueError("a JPEG of a kind that RFC 2435 does not have")
    tables = b"".join(image.tables[number] for number in image.wanted)
    common = _common(image)
    first = bytes(2) + len(tables).to_bytes(2) + tables
    out, at = [], 0
    while at < len(image.scan):
        header = bytes(1) + at.to_bytes(3) + common + (first if at == 0 else b"")
        piece = image.scan[at : at + room - len(header)]
        out.append(header + piece)
        at += len(piece)
    return out


def find_obstacle(jpeg: bytes) -> str:
    """Return why `make_payloads` cannot split a JPEG, as a short text; "" if it can."""
    try:
        image = _read(jpeg)
    except ValueError as error:
        return f"JPEGs: {error}"
    return "" if image.is_suitable else "JPEGs of a kind that RFC 2435 does not have"


def _common(image: _Image) -> bytes:
    # a picture too large for the header has 0 here, and its size in the session description
    width, height = ((side + 7) // 8 if max(image.size) <= _WIDEST else 0 for side in image.size)
    kind = image.kind | (_RESTARTS if image.restart else 0)
    restart = image.restart.to_bytes(2) + b"\xff\xff" if image.restart else b""
    return bytes((kind, _TABLES_INSIDE, width, height)) + restart


FORMAT = PayloadFormat("video", 26, "JPEG/90000", 90000, make_payloads, no_parameters)
"""JPEG in RTP (RFC 2435), with its static payload type (RFC 3551, 6)."""
