"""The parts of an endless multipart answer (RFC 2046, and what cameras make of it)."""

import re
from collections.abc import Iterator

_HEAD = 8192
"""Bytes that a part's header fields may have, with the boundary line."""

LARGEST = 16 << 20
"""Bytes of the largest part."""

_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*([0-9]{1,9})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


class Parts:
    """Cuts what is fed to it into parts: by their Content-Length, or else at the next boundary line.

    The boundary is what stands before the first part: what the answer's head says about it is often wrong.
    """

    def __init__(self) -> None:
        self._data = bytearray()
        self._boundary = b""
        self._size: int | None = None
        """Length of the part that has begun; -1 if only the next boundary ends it; None before its header is whole."""
        self._looked = 0
        """Up to here there is no boundary."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take more bytes; yield every part that is complete by now. Raises ``ValueError`` for what is no multipart."""
        self._data += data
        while self._begun() and (part := self._part()) is not None:
            self._size, self._looked = None, 0
            yield part

    def _begun(self) -> bool:
        """Read the header of the next part, unless it is read; False if it is not there yet."""
        if self._size is not None:
            return True
        del self._data[: len(self._data) - len(self._data.lstrip(b"\r\n"))]
        end = _BLANK_LINE.search(self._data, 0, _HEAD)
        if end is None:
            if len(self._data) >= _HEAD:
                raise ValueError("a header without an end")
            return False
        head = bytes(self._data[: end.start()])
        self._boundary = self._boundary or _first_boundary(head)
        self._size = _length(head)
        del self._data[: end.end()]
        return True

    def _part(self) -> bytes | None:
        """Take the part that has begun; None if it is not whole yet."""
        assert self._size is not None
        end = self._size if self._size >= 0 else self._data.find(self._boundary, self._looked)
        if end < 0 or end > len(self._data):
            self._looked = max(0, len(self._data) - len(self._boundary))
            if len(self._data) > LARGEST:
                raise ValueError("a part without an end")
            return None
        part = bytes(self._data[:end])
        del self._data[:end]
        return part if self._size >= 0 else part.removesuffix(b"\n").removesuffix(b"\r")


def _first_boundary(head: bytes) -> bytes:
    line = next((line for line in head.splitlines() if line.startswith(b"--") and len(line) > 2), None)
    if line is None:
        raise ValueError("no boundary")
    return line.rstrip()


def _length(head: bytes) -> int:
    found = _LENGTH.search(head)
    if found and int(found[1]) > LARGEST:
        raise ValueError("a part that is too large")
    return int(found[1]) if found else -1
