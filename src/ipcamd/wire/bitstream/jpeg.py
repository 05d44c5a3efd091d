"""JPEG bitstream: complete pictures, and the Huffman tables that webcams omit (ITU-T T.81)."""

from dataclasses import replace

from ipcamd.dataclass import dataclass
from ipcamd.wire.bitstream.access_unit import AccessUnit
from ipcamd.wire.jpeg_scanner import EOI, FRAME_HEADERS, SOI, find_segment_end
from ipcamd.wire.packetize import jpeg

_SOS, _DHT, _COM, _APP = 0xDA, 0xC4, 0xFE, 0xE0
_PADDING = b"\0\xff"
"""Bytes that some webcams append after the end."""

_LUMA_CODES = (
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a"
    "3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a"
    "92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1"
    "e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa"
)
_CHROMA_CODES = (
    "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a2627"
    "28292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788"
    "898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9da"
    "e2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa"
)
_DC_CODES = "000102030405060708090a0b"


def _standard_tables() -> bytes:
    """Return the segment with the standard Huffman tables (K.3)."""
    codes = {0x00: _DC_CODES, 0x10: _LUMA_CODES, 0x01: _DC_CODES, 0x11: _CHROMA_CODES}
    body = b"".join(bytes((number,)) + jpeg.STANDARD[number] + bytes.fromhex(codes[number]) for number in codes)
    return bytes((0xFF, _DHT)) + (len(body) + 2).to_bytes(2) + body


STANDARD_TABLES = _standard_tables()
"""Segment with the standard Huffman tables (ITU-T T.81, K.3)."""


@dataclass(frozen=True, slots=True)
class _Head:
    """Segments of a picture from the first table to the scan's header."""

    data: bytes = b""
    """Bytes; none if there is no scan."""
    scan: int = 0
    """Position of the scan's header in `data`."""
    has_tables: bool = False
    """Whether there are Huffman tables."""
    size: tuple[int, int] = (0, 0)
    obstacle: str = ""


class JpegInspector:
    """Inspects Motion JPEG. See `Inspector`."""

    def __init__(self) -> None:
        self._head = _Head()
        """Head of the last picture: most cameras send the same one with each picture."""

    def inspect(self, data: bytes) -> AccessUnit | None:
        """See `Inspector`: a picture without Huffman tables gets the standard ones, which decoders assume."""
        if not data.startswith(SOI):
            return None
        start = _skip_notes(data)
        if not self._head.data or not data.startswith(self._head.data, start):
            self._head = _read_head(data, start)
        head = self._head
        if not head.data or not (data.endswith(EOI) or data.rstrip(_PADDING).endswith(EOI)):
            return AccessUnit(data, True, head.size, "JPEGs that are cut short")
        return AccessUnit(_with_tables(data, start, head), True, head.size, head.obstacle)


def _with_tables(data: bytes, start: int, head: _Head) -> bytes:
    scan = start + head.scan
    return data if head.has_tables else data[:scan] + STANDARD_TABLES + data[scan:]


def _skip_notes(data: bytes) -> int:
    """Return the position after the comments and application segments, which may differ from picture to picture."""
    at = len(SOI)
    while at + 9 <= len(data) and data[at] == 0xFF and (data[at + 1] == _COM or data[at + 1] & 0xF0 == _APP):
        at = find_segment_end(data, at)
    return at


def _read_head(data: bytes, start: int) -> _Head:
    at, size, has_tables = start, (0, 0), False
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # fill bytes may precede a marker
            at += 1
            continue
        if marker == _SOS:
            head = _Head(data[start : find_segment_end(data, at)], at - start, has_tables, size)
            return replace(head, obstacle=jpeg.find_obstacle(_with_tables(data, start, head)))
        if marker in FRAME_HEADERS:
            size = int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        has_tables = has_tables or marker == _DHT
        at = find_segment_end(data, at)
    return _Head(size=size)
