"""Multipart parser: parts of a body that arrives in pieces (RFC 2046, 5.1, and deviations of real cameras).

`MultipartParser` passes on the bytes of parts as they arrive, `PictureParser` splits a camera's endless answer into
pictures.
"""

import re
from collections.abc import Callable, Iterator

from ipcamd.wire.jpeg_scanner import EOI, SOI, JpegScanner

BOUNDARY_LIMIT_BYTES = 72
"""Maximum bytes of a boundary line with its two dashes (RFC 2046, 5.1.1)."""

HEAD_LIMIT_BYTES = 8192
"""Maximum bytes of a part's header fields, and of the text before the first part."""

PART_LIMIT_BYTES = 64 << 20
"""Largest part of `PictureParser`."""

_FIRST_LINE = re.compile(rb"(?:\r?\n)?(--[ -~]{1,%d})\r?\n" % (BOUNDARY_LIMIT_BYTES - 2))
_BOUNDARY_LINE = re.compile(rb"--[ -~]{0,%d}[!-~][ \t]*" % (BOUNDARY_LIMIT_BYTES - 3))
_LENGTH = re.compile(rb"(?i)content-length[ \t]*:[ \t]*([0-9]{1,9})[ \t]*")
_FIELD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*:")
_CONTENT_FIELD = re.compile(rb"(?i)content-(type|length)[ \t]*:")
_LINE_END = re.compile(rb"(?:--)?[ \t]?\r?\n")
_LINE_END_BYTES = 5
_LAST_LINE_BREAK = re.compile(rb"\r?\n\Z")
_BLANK = re.compile(rb"[\r\n]{0,4}")


class MultipartParser:
    """Receives a body in pieces and yields the contents of its parts, as far as they are certain.

    A part ends after its Content-Length, else at the next boundary line. The boundary is the first line of the body. A
    body without a boundary line at its start is one part. Exhaust one iterator before you feed the next piece.
    """

    def __init__(self) -> None:
        self._data = bytearray()
        self._boundary = b""
        self._left: int | None = None
        """Remaining bytes of a part with a Content-Length."""
        self._head_bytes = 0
        self._step: Callable[[], tuple[bytes, bool]] = self._read_start

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Add bytes. Raises ``ValueError`` for a head without an end."""
        self._data += data
        more = True
        while more:
            piece, more = self._step()
            if piece:
                yield piece

    def rest(self) -> bytes:
        """Return the bytes withheld because a boundary might have followed; for the body's end."""
        held = bytes(self._data) if self._step in (self._read_start, self._read_to_boundary) else b""
        return held[: held.find(self._boundary)].rstrip(b"\r\n") if self._boundary and self._boundary in held else held

    # every step returns a piece of a part (perhaps empty), and whether to continue with the present bytes

    def _read_start(self) -> tuple[bytes, bool]:
        if first := _FIRST_LINE.match(self._data):
            self._boundary = first[1]
            self._cut(first.end())
            return self._begin_head()
        if not _may_be_boundary(self._data):
            self._step = self._read_all
            return self._read_all()
        return b"", False

    def _read_all(self) -> tuple[bytes, bool]:
        return self._cut(len(self._data)), False

    def _begin_head(self) -> tuple[bytes, bool]:
        self._left, self._head_bytes, self._step = None, 0, self._read_head
        return b"", True

    def _read_head(self) -> tuple[bytes, bool]:
        """Read one line of a part's head."""
        line = self._line()
        if line is None:
            return b"", False
        if not line:
            return self._begin_body()
        if length := _LENGTH.fullmatch(line):
            self._left = int(length[1])
        return b"", True

    def _line(self) -> bytes | None:
        """Remove and return a line; None while it is incomplete. Raises ``ValueError`` if the head is too long."""
        end = self._data.find(b"\n")
        if self._head_bytes + (len(self._data) if end < 0 else end) > HEAD_LIMIT_BYTES:
            raise ValueError("a part with a head that does not end")
        if end < 0:
            return None
        self._head_bytes += end + 1
        return self._cut(end + 1).removesuffix(b"\n").removesuffix(b"\r")

    def _begin_body(self) -> tuple[bytes, bool]:
        self._step = self._read_to_boundary if self._left is None else self._read_counted
        return b"", True

    def _read_counted(self) -> tuple[bytes, bool]:
        assert self._left is not None
        piece = self._cut(min(self._left, len(self._data)))
        self._left -= len(piece)
        if not self._left:
            self._step = self._read_between
        return piece, not self._left

    def _read_between(self) -> tuple[bytes, bool]:
        """Skip to the next boundary line; only a line break should precede it."""
        _, more = self._read_to_boundary()
        return b"", more

    def _read_to_boundary(self) -> tuple[bytes, bool]:
        at, behind = self._find_line(self._boundary, 0)
        if behind >= 0:
            piece = _LAST_LINE_BREAK.sub(b"", self._cut(behind)[:at])
            self._begin_head()
            return piece, True
        certain = max(0, (len(self._data) if at < 0 else at) - len(self._boundary) - 4)
        return self._cut(certain), False

    def _find_line(self, boundary: bytes, start: int) -> tuple[int, int]:
        """Return the start of the next boundary line and of the text after it; -1 if not received."""
        while (at := self._data.find(boundary, start)) >= 0:
            end = at + len(boundary)
            if line_end := _LINE_END.match(self._data, end):
                return at, line_end.end()
            if len(self._data) - end < _LINE_END_BYTES:
                break
            start = at + 1
        return at, -1

    def _cut(self, end: int) -> bytes:
        """Remove and return the bytes before `end`."""
        taken = bytes(self._data[:end])
        del self._data[:end]
        return taken


def _may_be_boundary(data: bytearray) -> bool:
    """Whether these bytes may still become a boundary line."""
    text = data.lstrip(b"\r\n")
    return (
        len(data) - len(text) <= 2
        and b"--".startswith(text[:2])
        and len(text) < BOUNDARY_LIMIT_BYTES
        and b"\n" not in text
    )


class PictureParser(MultipartParser):
    """Splits a camera's endless answer into complete parts, as tolerantly as browsers and players.

    The markers of a JPEG determine its end, not the Content-Length. The first part may lack its boundary line, a head
    its empty line; text before the first part is skipped. Without framing, each JPEG is a part. Other parts end as in
    `MultipartParser`.
    """

    def __init__(self, boundary: bytes = b"") -> None:
        """`boundary` is that of the answer's Content-Type; a boundary line in the body takes precedence."""
        super().__init__()
        dashes = b"" if boundary.startswith(b"--") or not boundary else b"--"
        self._boundary = dashes + boundary
        self._declared = boundary
        self._skipped = 0
        self._framed: bool | None = None
        """Whether there are boundaries or heads between the pictures; None before the first one."""
        self._gathered = bytearray()
        self._scanner = JpegScanner()
        self._searched = 0
        """Position up to which no boundary was found."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Add bytes; yield every complete part. Raises ``ValueError`` for data that is not multipart."""
        self._data += data
        more = True
        while more:
            before = self._step
            piece, more = self._step()
            self._gathered += piece
            if len(self._gathered) + len(self._data) > PART_LIMIT_BYTES + len(data):
                raise ValueError(f"a part of more than {PART_LIMIT_BYTES >> 20} MiB")
            if before in (self._read_jpeg, self._read_counted, self._read_to_boundary) and self._step != before:
                yield bytes(self._gathered)
                self._gathered.clear()

    def _read_start(self) -> tuple[bytes, bool]:
        """Skip text up to the first boundary line, head or picture."""
        return self._read_between()

    def _read_between(self) -> tuple[bytes, bool]:
        """Read one line between two parts."""
        blank = len(self._data) - len(self._data.lstrip(b"\r\n"))
        self._cut(blank)
        if len(self._data) < 2:
            return b"", False
        if self._data.startswith(SOI) and not self._framed:
            self._framed, self._left = False, None
            return self._begin_body()
        end = self._data.find(b"\n")
        line = bytes(self._data[: end if end >= 0 else HEAD_LIMIT_BYTES]).rstrip(b"\r")
        if end >= 0 and self._is_boundary(line):
            self._cut(end + 1)
            return self._begin_framed(line)
        if end >= 0 and (_CONTENT_FIELD if self._framed else _FIELD).match(line):
            return self._begin_framed(b"")
        if end < 0 and len(self._data) < HEAD_LIMIT_BYTES:
            return b"", False
        return self._skip(end + 1 if end >= 0 else len(self._data))

    def _skip(self, count: int) -> tuple[bytes, bool]:
        self._skipped += count
        if self._skipped >= (HEAD_LIMIT_BYTES if self._framed is None else PART_LIMIT_BYTES):
            raise ValueError("neither a boundary line nor a JPEG")
        self._cut(count)
        return b"", True

    def _is_boundary(self, line: bytes) -> bool:
        declared = self._declared and line.rstrip(b" \t") in (self._declared, self._declared.removeprefix(b"--"))
        return bool(declared or _BOUNDARY_LINE.fullmatch(line))

    def _begin_framed(self, boundary_line: bytes) -> tuple[bytes, bool]:
        self._framed, self._skipped = True, 0
        line = boundary_line.rstrip(b" \t")
        if line and line != self._boundary + b"--":  # a last boundary in a body that continues belongs to a part
            self._boundary = line
        return self._begin_head()

    def _read_head(self) -> tuple[bytes, bool]:
        if self._data.startswith(SOI):
            return self._begin_body()
        return (b"", False) if len(self._data) < 2 else super()._read_head()

    def _begin_body(self) -> tuple[bytes, bool]:
        self._step = self._read_first_bytes
        return b"", True

    def _read_first_bytes(self) -> tuple[bytes, bool]:
        """Distinguish a JPEG, which line breaks may precede, from other parts."""
        whole = self._left is not None and len(self._data) >= self._left
        blank = _BLANK.match(self._data)
        assert blank
        if len(self._data) < blank.end() + 2 and not whole:
            return b"", False
        fits = self._left is None or blank.end() + 2 <= self._left
        if fits and self._data.startswith(SOI, blank.end()):
            self._cut(blank.end())
            self._scanner, self._searched, self._step = JpegScanner(), 0, self._read_jpeg
        elif self._left is None and not self._boundary:
            raise ValueError("a part without a length, a boundary or a JPEG")
        else:
            super()._begin_body()
        return b"", True

    def _read_jpeg(self) -> tuple[bytes, bool]:
        ends = [end for end in (self._scanner.find_end(self._data), self._counted_end(), self._cut_off()) if end >= 0]
        if not ends:
            return b"", False
        self._step = self._read_between
        return self._cut(min(ends)), True

    def _counted_end(self) -> int:
        """Return the Content-Length if a JPEG ends there, else -1."""
        left = self._left or -1
        return left if 0 < left <= len(self._data) and self._data[left - 2 : left] == EOI else -1

    def _cut_off(self) -> int:
        """Return where a boundary line truncates the JPEG; -1 if none does."""
        if not self._boundary or not self._framed:
            return -1
        marker = b"\n" + self._boundary
        at, behind = self._find_line(marker, self._searched)
        self._searched = max(0, at if at >= 0 else len(self._data) - len(marker))
        return len(_LAST_LINE_BREAK.sub(b"", self._data[: at + 1])) if behind >= 0 else -1
