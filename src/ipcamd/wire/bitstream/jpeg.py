"""JPEG bitstream: complete pictures, and the Huffman tables that webcams omit (ITU-T T.81)."""

from ipcamd.wire.bitstream.access_unit import AccessUnit
from ipcamd.wire.jpeg_scanner import EOI, SOI
from ipcamd.wire.packetize import jpeg

_SOS, _DHT = 0xDA, 0xC4
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


class JpegInspector:
    """Inspects Motion JPEG. See `Inspector`."""

    def inspect(self, data: bytes) -> AccessUnit | None:
        """See `Inspector`: a picture without Huffman tables gets the standard ones, which decoders assume."""
        if not data.startswith(SOI):
            return None
        size, scan, has_tables = _find_segments(data)
        if not scan or not data.rstrip(_PADDING).endswith(EOI):
            return AccessUnit(data, True, size, "JPEGs that are cut short")
        payload = data if has_tables else data[:scan] + STANDARD_TABLES + data[scan:]
        return AccessUnit(payload, True, size, jpeg.find_obstacle(payload))


def _find_segments(data: bytes) -> tuple[tuple[int, int], int, bool]:
    """Return the size, the start of the scan's header (0: missing), and whether there are Huffman tables."""
    at, size, has_tables = len(SOI), (0, 0), False
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # fill bytes may precede a marker
            at += 1
            continue
        if marker == _SOS:
            return size, at, has_tables
        if 0xC0 <= marker <= 0xCF and marker not in (_DHT, 0xC8, 0xCC):
            size = int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        has_tables = has_tables or marker == _DHT
        at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4]))
    return size, 0, has_tables
