"""HTTP/1.x requests and responses (RFC 9112): tolerant of the SDK's old clients, strict where tolerance is dangerous.

Tolerated: no Host, lines ended by LF alone, methods in lower case, several blanks between the words of the request
line, blanks and bytes above 0x7F in the query, blank lines before a request, absolute URIs. Refused: everything that
two readers of the same bytes could understand differently (lengths, codings, folded lines), and paths with dot
segments.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from enum import Enum
from urllib.parse import unquote_to_bytes

from ipcamd.dataclass import dataclass
from ipcamd.errors import HttpError
from ipcamd.wire.http.query import Query

LINE_LIMIT = 8 * 1024
"""Maximum bytes of a request line or of one field line."""
FIELDS_LIMIT = 16 * 1024
"""Maximum bytes of all field lines together."""
FIELDS_COUNT = 64
"""Maximum number of field lines."""
REPEATED_LIMIT = 1024
"""Maximum bytes of a cached head: a client that repeats it gets the same `Head`."""
CHUNK_LINE_LIMIT = 256
"""Maximum bytes of the line before a chunk: its size and extensions (RFC 9112, 7.1)."""
CHUNK_SIZE_DIGITS = 8
"""Maximum number of hexadecimal digits of a chunk's size."""

REASONS = {
    100: "Continue",
    200: "OK",
    201: "Created",
    204: "No Content",
    206: "Partial Content",
    302: "Found",
    304: "Not Modified",
    307: "Temporary Redirect",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Content Too Large",
    414: "URI Too Long",
    415: "Unsupported Media Type",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
"""Status codes to reason phrases (RFC 9110, 15)."""

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]"
_METHOD = re.compile(f"{_TOKEN}{{1,32}}")
_VERSION = re.compile(r"HTTP/1\.([0-9])")
_ABSOLUTE = re.compile(r"(?i:https?)://([^/?#@\\ ]+)(.*)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BLANK_LINES = re.compile(rb"(?:\r?\n)*")
_FIELDS_END = re.compile(rb"\n\r?\n")
# the second alternative matches any line that is not a field, so that findall() omits nothing
_FIELD = re.compile(rf"({_TOKEN}+):([^\x00-\x08\x0a-\x1f\x7f]*)\r?\n|([^\n]*\n)")
_NO_LINE = ("", "", "", "", "", 0)
_ONCE = frozenset({"host", "content-length", "transfer-encoding"})
_SLASHES = re.compile("/{2,}")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,%d})[ \t]*(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?" % CHUNK_SIZE_DIGITS)


class End(Enum):
    """The type of `END`."""

    END = "end"


END = End.END
"""Event of `RequestParser` after the last piece of a body."""


@dataclass(frozen=True, slots=True)
class Head:
    """A request's line and header fields."""

    method: str
    """Upper-case."""
    target: str
    """Path and query as sent, one character per byte (Latin-1)."""
    path: str
    """Percent-decoded, case as sent, single slashes; never with a dot segment, a backslash or a control character."""
    query: str
    """Query after the first ``?``, as sent, one character per byte (Latin-1)."""
    version: tuple[int, int]
    """HTTP version: major and minor number."""
    fields: Mapping[str, str]
    """Fields by lower-case name; repeated ones joined by ``, ``. ``host`` is the authority of an absolute URI."""
    length: int | None
    """Bytes of the following body: 0 without one, None for a chunked one."""
    keep_alive: bool
    _parameters: list[Query] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def parameters(self) -> Query:
        """The parameters of `query`, decoded once. Raises ``HttpError`` 400."""
        if not self._parameters:
            self._parameters.append(Query.parse(self.query))
        return self._parameters[0]


class RequestParser:
    """Turns what a connection receives into requests, pulled one event at a time.

    The pieces of the body, then `END`, follow a `Head` whose ``length`` is not 0. Because the caller pulls events, it
    can answer one pipelined request before it reads the next.
    """

    __slots__ = ("_at", "_blank", "_data", "_left", "_line", "_next", "_repeated")

    def __init__(self) -> None:
        self._data = b""
        self._at = 0
        self._left = 0
        self._blank = 0
        self._line = _NO_LINE
        # a function instead of a bound method, which would refer back to the parser: only the garbage collector
        # would free it
        self._next: Callable[[RequestParser], Head | bytes | End | None] = RequestParser._request_line
        self._repeated: tuple[bytes, Head] | None = None  # the last head, because many clients repeat it

    def receive(self, data: bytes) -> None:
        """Add received bytes."""
        self._data = self._data[self._at :] + data if self._at < len(self._data) else data
        self._at = 0

    @property
    def pending(self) -> bool:
        """Whether unparsed bytes remain."""
        return self._at < len(self._data)

    def rest(self) -> bytes:
        """Return the unparsed bytes: the rest belongs to another protocol."""
        rest, self._data, self._at = self._data[self._at :], b"", 0
        return rest

    @property
    def begun(self) -> bool:
        """Whether a request has been received partly."""
        return self._at < len(self._data) or self._next is not RequestParser._request_line

    def next_event(self) -> Head | bytes | End | None:
        """Return the next event, or None if it needs more bytes. Raises ``HttpError`` (400, 413, 414, 431); the
        connection must then be closed."""
        return self._next(self)

    def until_close(self) -> None:
        """Treat all bytes after the last `Head` as its body: an endless POST without a length (talk)."""
        self._next = RequestParser._endless

    def _request_line(self) -> Head | None:
        data = self._data
        if self._at == len(data):
            return None
        if self._repeated and data.startswith(self._repeated[0], self._at):
            return self._begin(self._repeated[1], self._at + len(self._repeated[0]))
        if data.startswith((b"\r", b"\n"), self._at):
            self._skip_blank_lines()
        start = self._at
        if start == len(data) or data[start:] == b"\r":
            return None
        # no method starts with such a byte; TLS on the wrong port does, and may never send the end of a line
        if not 0x20 < data[start] < 0x7F:
            raise HttpError(400, "not an HTTP request")
        end = data.find(b"\n", start)
        if (end if end >= 0 else len(data)) - start > LINE_LIMIT:
            raise HttpError(414, "the request line is too long")
        if end < 0:
            return None
        self._line = _parse_line(data[start:end].decode("latin-1").removesuffix("\r"))
        self._at = end + 1
        self._next = RequestParser._fields
        head = self._fields()
        if head is not None and self._at - start <= REPEATED_LIMIT:
            self._repeated = data[start : self._at], head
        return head

    def _skip_blank_lines(self) -> None:
        start = self._at
        if blank := _BLANK_LINES.match(self._data, start):
            self._at = blank.end()
        self._blank += self._at - start
        if self._blank > LINE_LIMIT:
            raise HttpError(400, "only empty lines")

    def _fields(self) -> Head | None:
        data, at = self._data, self._at
        if data.startswith((b"\n", b"\r\n"), at):
            return self._head("", data.index(b"\n", at) + 1)
        end = _FIELDS_END.search(data, at)
        if (end.end() if end else len(data)) - at > FIELDS_LIMIT:
            raise HttpError(431, "the header fields are too long")
        if not end:
            return None
        return self._head(data[at : end.start() + 1].decode("latin-1"), end.end())

    def _head(self, block: str, end: int) -> Head:
        method, target, path, query, host, minor = self._line
        fields = _parse_fields(block)
        if host:
            fields["host"] = host
        length = _body_length(fields, minor)
        connection = fields.get("connection", "").lower()
        keep_alive = "close" not in connection and (minor > 0 or "keep-alive" in connection)
        self._line = _NO_LINE
        return self._begin(Head(method, target, path, query, (1, minor), fields, length, keep_alive), end)

    def _begin(self, head: Head, end: int) -> Head:
        """Continue with the body of `head`, which starts at `end`."""
        self._at, self._blank, self._left = end, 0, head.length or 0
        self._next = RequestParser._sized if head.length else RequestParser._request_line
        if head.length is None:
            self._next = RequestParser._chunk_line
        return head

    def _take(self, most: int) -> bytes | None:
        piece = self._data[self._at : self._at + most]
        self._at += len(piece)
        return piece or None

    def _sized(self) -> bytes | End | None:
        if self._left == 0:
            self._next = RequestParser._request_line
            return END
        piece = self._take(self._left)
        self._left -= len(piece or b"")
        return piece

    def _endless(self) -> bytes | None:
        return self._take(len(self._data))

    def _chunk_line(self) -> bytes | End | None:
        end = self._data.find(b"\r\n", self._at)
        if (end if end >= 0 else len(self._data)) - self._at > CHUNK_LINE_LIMIT:
            raise HttpError(400, "bad chunk")
        if end < 0:
            return None
        size = _CHUNK_LINE.fullmatch(self._data, self._at, end)
        if not size:
            raise HttpError(400, "bad chunk")
        self._left = int(size[1], 16)
        self._at = end + 2
        self._next = RequestParser._chunk if self._left else RequestParser._last_chunk
        return self._next(self)

    def _chunk(self) -> bytes | End | None:
        if self._left:
            piece = self._take(self._left)
            self._left -= len(piece or b"")
            return piece
        if not self._line_end():
            return None
        self._next = RequestParser._chunk_line
        return self._chunk_line()

    def _last_chunk(self) -> End | None:
        # trailer fields are ignored: they are unused, and a means of request smuggling
        if not self._line_end():
            return None
        self._next = RequestParser._request_line
        return END

    def _line_end(self) -> bool:
        found = self._data[self._at : self._at + 2]
        if not b"\r\n".startswith(found):
            raise HttpError(400, "bad chunk")
        if len(found) < 2:
            return False
        self._at += 2
        return True


def response(status: int, fields: Iterable[tuple[str, str]], reason: str = "") -> bytes:
    """Return a response, HTTP/1.1, up to its body; ``Content-Length`` is among `fields` or the answer is endless.

    `reason` replaces the status's usual words. Raises ``ValueError`` for a line break in a field: a client's input must
    not add fields.
    """
    words = reason or REASONS.get(status, "Unknown")
    lines = [f"HTTP/1.1 {status} {words}", *[f"{name}: {value}" for name, value in fields]]
    text = "\r\n".join(lines)
    if text.count("\r") != len(lines) - 1 or text.count("\n") != len(lines) - 1:
        raise ValueError("line break in a response field")
    return f"{text}\r\n\r\n".encode()


def _parse_line(line: str) -> tuple[str, str, str, str, str, int]:
    """Return method, target, path, query, the absolute URI's authority or "", and the minor version."""
    method, _, rest = line.partition(" ")
    target, _, version = rest.rstrip(" ").rpartition(" ")
    target = target.strip(" ")
    known = _VERSION.fullmatch(version)
    if not known or not _METHOD.fullmatch(method) or _CONTROL.search(target):
        raise HttpError(400, "not an HTTP/1 request line")
    absolute = _ABSOLUTE.fullmatch(target)
    host, local = (absolute[1], absolute[2]) if absolute else ("", target)
    raw, _, query = local.partition("?")
    return method.upper(), target, _parse_path(raw or "/" if absolute else raw), query, host, int(known[1])


def _parse_path(raw: str) -> str:
    path = _decode_path(raw) if "%" in raw or not raw.isascii() else raw
    if not path.startswith("/") or " " in raw or "\\" in path or _CONTROL.search(path):
        raise HttpError(400, "bad path")
    if "/." in path and not {".", ".."}.isdisjoint(path.split("/")):
        raise HttpError(400, "bad path")
    return _SLASHES.sub("/", path) if "//" in path else path


def _decode_path(raw: str) -> str:
    try:
        if _BAD_ESCAPE.search(raw):
            raise ValueError(raw)
        return unquote_to_bytes(raw.encode("latin-1")).decode()
    except ValueError:
        raise HttpError(400, "bad path") from None


def _parse_fields(block: str) -> dict[str, str]:
    found: list[tuple[str, str, str]] = _FIELD.findall(block)
    if len(found) > FIELDS_COUNT:
        raise HttpError(431, "too many header fields")
    fields: dict[str, str] = {}
    for name, value, bad in found:
        if bad:
            raise HttpError(400, "bad header field")
        if len(name) + len(value) > LINE_LIMIT:
            raise HttpError(431, "a header field is too long")
        key, text = name.lower(), value.strip(" \t")
        if key in _ONCE and key in fields:
            raise HttpError(400, f"more than one {key}")
        fields[key] = f"{fields[key]}, {text}" if key in fields else text
    return fields


def _body_length(fields: Mapping[str, str], minor: int) -> int | None:
    length, coding = fields.get("content-length"), fields.get("transfer-encoding")
    if coding is not None:
        if length is not None or minor == 0 or coding.lower() != "chunked":
            raise HttpError(400, "bad Transfer-Encoding")
        return None
    if length is None:
        return 0
    if not re.fullmatch("[0-9]+", length):
        raise HttpError(400, "bad Content-Length")
    if len(length) > 15:
        raise HttpError(413, "the body is too long")
    return int(length)
