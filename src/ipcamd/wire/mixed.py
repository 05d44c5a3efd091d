"""Endless multipart bodies of requests: what is left of them without boundaries and part heads (RFC 2046, 5.1).

The family's old clients send their talk so, some with a length in each part and some without. What does not begin with
a boundary is taken as it is.
"""

import re
from collections.abc import Callable, Iterator

from ipcamd.errors import HttpError

BOUNDARY_LIMIT = 72
"""Bytes of a boundary line, with its two dashes (RFC 2046, 5.1.1)."""

HEAD_LIMIT = 2048
"""Bytes of a part's head."""

_FIRST = re.compile(rb"(?:\r?\n)?(--[ -~]{1,%d})\r?\n" % (BOUNDARY_LIMIT - 2))
_HEAD_END = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*([0-9]{1,9})[ \t]*\r?$")


class Mixed:
    """Takes a body in pieces of any size. Iterators must be used up before the next piece."""

    def __init__(self) -> None:
        self._data = b""
        self._boundary = b""
        self._left: int | None = None
        """Bytes to come of a part that told its length."""
        self._step: Callable[[], Iterator[bytes]] = self._begin

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Yield what the parts hold, as far as it is certain. Raises ``HttpError`` 400."""
        self._data += piece
        step = None
        while step != self._step:
            step = self._step
            yield from step()

    def rest(self) -> bytes:
        """Return what was held back because a boundary might have followed; for the body's end."""
        held = self._data if self._step in (self._begin, self._open) else b""
        return held[: held.find(self._boundary)].rstrip(b"\r\n") if self._boundary and self._boundary in held else held

    def _begin(self) -> Iterator[bytes]:
        if first := _FIRST.match(self._data):
            self._boundary = first[1]
            self._cut(first.end())
            self._step = self._head
        elif not _may_begin(self._data):
            self._step = self._bare
        yield from ()

    def _bare(self) -> Iterator[bytes]:
        yield from self._cut(len(self._data))

    def _head(self) -> Iterator[bytes]:
        if end := _HEAD_END.search(self._data):
            length = _LENGTH.search(self._data, 0, end.end())
            self._left = int(length[1]) if length else None
            self._cut(end.end())
            self._step = self._open if self._left is None else self._sized
        elif len(self._data) > HEAD_LIMIT:
            raise HttpError(400, "bad part")
        yield from ()

    def _sized(self) -> Iterator[bytes]:
        assert self._left is not None
        piece = self._data[: self._left]
        self._left -= len(piece)
        yield from self._cut(len(piece))
        if not self._left:
            self._step = self._between

    def _between(self) -> Iterator[bytes]:
        """Find the next boundary; nothing but a line's end should stand before it."""
        yield from self._until_boundary(keep=False)

    def _open(self) -> Iterator[bytes]:
        yield from self._until_boundary(keep=True)

    def _until_boundary(self, *, keep: bool) -> Iterator[bytes]:
        at = self._data.find(self._boundary)
        end = self._data.find(b"\n", at) if at >= 0 else -1
        if end >= 0:
            body = self._cut(end + 1, re.sub(rb"\r?\n\Z", b"", self._data[:at]))
            yield from body if keep else ()
            self._step = self._head
        elif at < 0 or len(self._data) - at > len(self._boundary) + 4:
            certain = max(0, len(self._data) - len(self._boundary) - 4)
            body = self._cut(certain)
            yield from body if keep else ()

    def _cut(self, end: int, piece: bytes | None = None) -> tuple[bytes, ...]:
        """Take what stands before `end`; return it, or `piece` in its place, unless it is empty."""
        taken, self._data = self._data[:end] if piece is None else piece, self._data[end:]
        return (taken,) if taken else ()


def _may_begin(data: bytes) -> bool:
    """Whether this may still become a boundary line."""
    text = data.lstrip(b"\r\n")
    return (
        len(data) - len(text) <= 2 and b"--".startswith(text[:2]) and len(text) < BOUNDARY_LIMIT and b"\n" not in text
    )
