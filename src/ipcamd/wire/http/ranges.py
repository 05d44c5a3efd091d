"""Byte ranges of a download (RFC 9110, 14)."""

import re

from ipcamd.dataclass import dataclass

_RANGE = re.compile(r"bytes\s*=\s*([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Range:
    """Part of a file."""

    start: int
    """Offset of its first byte."""
    length: int
    """Bytes."""

    def content_range(self, size: int) -> str:
        """Return the value of ``Content-Range``; `size` is the whole file's."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{size}"


class Unsatisfiable(ValueError):
    """The file has no such bytes: status 416."""


def parse(field: str, size: int) -> Range | None:
    """Return the part of a file of `size` bytes in a ``Range`` field.

    None: send the whole file, because the field is not understood, or contains several parts. Raises `Unsatisfiable`.
    """
    match = _RANGE.fullmatch(field.strip())
    if not match or not (match[1] or match[2]):
        return None
    if not match[1]:
        length = min(int(match[2]), size)
        return _range(size - length, length)
    start, last = int(match[1]), int(match[2]) if match[2] else size - 1
    if match[2] and last < start:
        return None
    return _range(start, min(last, size - 1) - start + 1)


def _range(start: int, length: int) -> Range:
    if length <= 0:
        raise Unsatisfiable
    return Range(start, length)
