"""JPEG scanner: finds the end and the size of a picture while its bytes arrive (ITU-T T.81, annex B)."""

import re

SOI = b"\xff\xd8"
"""The first two bytes of every JPEG."""
EOI = b"\xff\xd9"
"""The last two bytes of a complete JPEG."""

_SOS = 0xDA
FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of frame headers, which contain the picture's size."""
_PROGRESSIVE = (0xC2, 0xC6, 0xCA, 0xCE)
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))
"""Markers without a segment."""

_IN_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""A marker that ends entropy-coded data: neither a stuffed zero nor a restart."""


def find_segment_end(data: bytes | bytearray, at: int) -> int:
    """Return the position after the segment whose marker is at `at`."""
    return at + 2 + max(2, int.from_bytes(data[at + 2 : at + 4]))


class JpegScanner:
    """Follows the markers of one picture; a preview in one of its segments is skipped."""

    def __init__(self) -> None:
        self.size = (0, 0)
        """Width and height in pixels, after the frame header."""
        self.is_progressive = False
        self._at = len(SOI)
        self._in_scan = False

    def find_end(self, data: bytes | bytearray) -> int:
        """Return the number of bytes of the picture; -1 before its end. `data` starts with `SOI` and only grows.

        A picture without an end-of-image marker ends where the next one starts.
        """
        while self._at + 2 <= len(data):
            self._in_scan = self._in_scan or data[self._at] != 0xFF
            if self._in_scan and not self._skip_scan(data):
                return -1
            marker = data[self._at + 1]
            if marker == EOI[1]:
                return self._at + 2
            if marker == SOI[1] and self._in_scan:
                return self._at
            if not self._skip_segment(data, marker):
                return -1
        return -1

    def _skip_scan(self, data: bytes | bytearray) -> bool:
        """Skip to the next marker; False if it has not arrived."""
        found = _IN_SCAN.search(data, self._at)
        self._at = found.start() if found else max(self._at, len(data) - 1)
        return found is not None

    def _skip_segment(self, data: bytes | bytearray, marker: int) -> bool:
        """Skip a marker and its segment; False if it has not arrived."""
        if marker == 0xFF:  # fill bytes may precede a marker
            self._at += 1
            return True
        if marker in _ALONE:
            self._at += 2
            return True
        if self._at + 9 > len(data):
            return False
        if marker in FRAME_HEADERS:
            height, width = (int.from_bytes(data[self._at + k : self._at + k + 2]) for k in (5, 7))
            self.size, self.is_progressive = (width, height), marker in _PROGRESSIVE
        self._at = find_segment_end(data, self._at)
        self._in_scan = marker == _SOS
        return True
