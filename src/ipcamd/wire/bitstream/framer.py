"""Framers: complete pictures from the bytes of an encoded stream without a container."""

from collections.abc import Callable, Iterator

from ipcamd.wire.jpeg_scanner import SOI, JpegScanner
from ipcamd.wire.packetize.h264 import unit_type

MAX_BYTES = 16 << 20
"""Maximum bytes of one picture."""

_SLICES = (1, 2, 5)
_FIRST_SLICE = 0x80
"""Bit in the byte after the header of a slice that starts with the first macroblock: ``first_mb_in_slice`` is 0."""
_OPENING = frozenset((6, 7, 8, 9, *range(14, 19)))
"""Types of NAL units that start an access unit if they follow a slice (ITU-T H.264, 7.4.1.2.3)."""
_START = b"\0\0\1"


class Framer:
    """Finds the pictures of one stream, which arrives in pieces of any size; a subclass finds the end of a picture."""

    def __init__(self) -> None:
        self._data = bytearray()

    @property
    def is_empty(self) -> bool:
        """Whether no bytes of the next picture have arrived."""
        return not self._data

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Add the next bytes; yield each picture that is complete. Raises ``ValueError`` if one is too large."""
        self._data += data
        while (end := self._find_end()) > 0:
            picture = bytes(self._data[:end])
            del self._data[:end]
            yield picture
        if len(self._data) > MAX_BYTES:
            raise ValueError(f"a picture of more than {MAX_BYTES >> 20} MB")

    def _find_end(self) -> int:
        """Return the number of bytes of the first picture; -1 before its end."""
        raise NotImplementedError


class FixedFramer(Framer):
    """Pictures of a fixed size."""

    def __init__(self, size_bytes: int) -> None:
        super().__init__()
        self._size_bytes = size_bytes

    def _find_end(self) -> int:
        return self._size_bytes if len(self._data) >= self._size_bytes else -1


class JpegFramer(Framer):
    """JPEGs; bytes between them are ignored."""

    def __init__(self) -> None:
        super().__init__()
        self._scanner: JpegScanner | None = None

    def _find_end(self) -> int:
        if self._scanner is None:
            start = self._data.find(SOI)
            del self._data[: start if start >= 0 else max(0, len(self._data) - 1)]
            if start < 0:
                return -1
            self._scanner = JpegScanner()
        end = self._scanner.find_end(self._data)
        if end > 0:
            self._scanner = None
        return end


class H264Framer(Framer):
    """Access units of H.264 in Annex B form. One is complete when the next one starts."""

    def __init__(self) -> None:
        super().__init__()
        self._at = 0
        """Position from which start codes are still to be found."""
        self._has_slice = False

    def _find_end(self) -> int:
        while 0 <= (start := self._data.find(_START, self._at)) <= len(self._data) - 5:
            kind, following = unit_type(self._data[start + 3]), self._data[start + 4]
            opens = kind in _OPENING or (kind in _SLICES and following & _FIRST_SLICE)
            if opens and self._has_slice:
                self._at, self._has_slice = 0, False
                # a start code may have four bytes
                return start - (not self._data[start - 1])
            self._has_slice = self._has_slice or kind in _SLICES
            self._at = start + 3
        self._at = max(self._at, len(self._data) - 2 if start < 0 else start)
        return -1


FRAMERS: dict[str, Callable[[], Framer]] = {"mjpeg": JpegFramer, "h264": H264Framer}
"""Framers by the codec's name."""
