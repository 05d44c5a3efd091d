"""RTSP 1.0 messages (RFC 2326): parses requests and interleaved packets, writes responses."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import field

from ipcamd.dataclass import dataclass

METHOD_LIMIT = 64
"""Maximum number of characters of a method."""
TARGET_LIMIT = 2048
"""Maximum number of characters of a URL."""
FIELD_LIMIT = 255
"""Maximum number of field lines."""
NAME_LIMIT = 512
"""Maximum number of characters of a field's name."""
VALUE_LIMIT = 2048
"""Maximum number of characters of a field's value."""
HEAD_LIMIT = 16 * 1024
"""Maximum bytes of all field lines together."""
BODY_LIMIT = 128 * 1024
"""Maximum bytes of a body after a login."""
BODY_LIMIT_ANONYMOUS = 4 * 1024
"""Limit before a login."""
_LINE_LIMIT = METHOD_LIMIT + TARGET_LIMIT + 16

_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e]+) RTSP/([0-9]{1,3}\.[0-9]{1,3})")
_NAME = re.compile(rb"[!#$%%&'*+.^_`|~0-9A-Za-z-]{1,%d}" % NAME_LIMIT)
_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]{0,%d}" % VALUE_LIMIT)

REASONS: Mapping[int, str] = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    413: "Request Entity Too Large",
    414: "Request-URI Too Large",
    429: "Too Many Requests",
    451: "Parameter Not Understood",
    453: "Not Enough Bandwidth",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    457: "Invalid Range",
    459: "Aggregate Operation Not Allowed",
    460: "Only Aggregate Operation Allowed",
    461: "Unsupported Transport",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    505: "RTSP Version Not Supported",
    551: "Option Not Supported",
}
"""Status codes to reason phrases (RFC 2326, 7.1.1)."""


@dataclass(frozen=True, slots=True)
class RtspRequest:
    """One request."""

    method: str
    """Method as sent: RTSP's methods are case-sensitive."""
    target: str
    """URL as sent."""
    cseq: str
    """Sequence number, which the response repeats; 1 to 10 digits."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """By lower-case name; repeated ones joined by ``, ``."""
    body: bytes = b""

    @property
    def session(self) -> str:
        """Identifier of the session; "" without one."""
        return self.fields.get("session", "").partition(";")[0].strip()


@dataclass(frozen=True, slots=True)
class InterleavedPacket:
    """An RTP or RTCP packet on the RTSP connection (RFC 2326, 10.12)."""

    channel: int
    """0 to 255."""
    data: bytes


@dataclass(frozen=True, slots=True)
class MalformedRequest:
    """Malformed request: respond with `status` and close."""

    status: int
    """RTSP status code."""
    cseq: str = ""


Event = RtspRequest | InterleavedPacket | MalformedRequest
"""Message that a client can send on an RTSP connection."""


class _Refused(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


class RtspParser:
    """Parser of a client's bytes; returns one event after the other.

    An incomplete message is limited in size. Complete messages wait until `next_event` returns them.
    """

    __slots__ = ("_awaited", "_broken", "_buffer", "_count", "_fields", "_line", "_size", "body_limit")

    def __init__(self) -> None:
        self.body_limit = BODY_LIMIT_ANONYMOUS
        """Maximum bytes of a body; a longer one is a `MalformedRequest` with 413."""
        self._buffer = bytearray()
        self._line: tuple[str, str] | None = None
        self._fields: dict[str, str] = {}
        self._count = self._size = 0
        self._awaited: int | None = None
        self._broken = False

    @property
    def partial(self) -> bool:
        """Whether a message has begun and is not complete."""
        return bool(self._buffer) or self._line is not None

    def receive(self, data: bytes) -> None:
        """Append received bytes; after a `MalformedRequest` they are ignored."""
        if not self._broken:
            self._buffer += data

    def next_event(self) -> Event | None:
        """Return the next event; None if it is incomplete."""
        if self._broken:
            return None
        try:
            return self._next()
        except _Refused as refused:
            self._broken = True
            self._buffer.clear()
            return MalformedRequest(refused.status, self._fields.get("cseq", ""))

    def _next(self) -> Event | None:
        while self._awaited is None:
            if self._line is None and self._buffer[:1] == b"$":
                return self._packet()
            line = self._take_line()
            if line is None:
                return None
            self._take(line)
        if len(self._buffer) < self._awaited:
            return None
        return self._complete(self._awaited)

    def _packet(self) -> InterleavedPacket | None:
        if len(self._buffer) < 4:
            return None
        end = 4 + int.from_bytes(self._buffer[2:4])
        if len(self._buffer) < end:
            return None
        packet = InterleavedPacket(self._buffer[1], bytes(self._buffer[4:end]))
        del self._buffer[:end]
        return packet

    def _take_line(self) -> bytes | None:
        limit = _LINE_LIMIT if self._line is None else NAME_LIMIT + VALUE_LIMIT + 4
        end = self._buffer.find(b"\n", 0, limit)
        if end < 0:
            if len(self._buffer) >= limit:
                raise _Refused(414 if self._line is None else 400)
            return None
        line = bytes(self._buffer[:end]).removesuffix(b"\r")
        del self._buffer[: end + 1]
        return line

    def _take(self, line: bytes) -> None:
        if self._line is None:
            if line:  # empty lines between requests keep a connection alive
                self._line = _request_line(line)
        elif line:
            self._take_field(line)
        else:
            self._awaited = _length(self._fields.get("content-length"), self.body_limit)

    def _take_field(self, line: bytes) -> None:
        name, colon, value = line.partition(b":")
        value = value.strip(b" \t")
        self._count += 1
        self._size += len(line)
        if self._count > FIELD_LIMIT or self._size > HEAD_LIMIT:
            raise _Refused(400)
        if not colon or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise _Refused(400)
        key, text = name.decode().lower(), value.decode("latin-1")
        if key == "cseq" and not re.fullmatch("[0-9]{1,10}", text):
            raise _Refused(400)
        if key in self._fields:
            if key in ("cseq", "content-length", "session", "authorization"):
                raise _Refused(400)
            text = f"{self._fields[key]}, {text}"
        self._fields[key] = text

    def _complete(self, length: int) -> RtspRequest:
        if self._line is None or "cseq" not in self._fields:
            raise _Refused(400)
        method, target = self._line
        request = RtspRequest(method, target, self._fields["cseq"], self._fields, bytes(self._buffer[:length]))
        del self._buffer[:length]
        self._line, self._fields, self._awaited = None, {}, None
        self._count = self._size = 0
        return request


def _request_line(line: bytes) -> tuple[str, str]:
    match = _REQUEST_LINE.fullmatch(line)
    if match is None:
        raise _Refused(400)
    method, target, version = match.groups()
    if version != b"1.0":
        raise _Refused(505)
    if len(target) > TARGET_LIMIT:
        raise _Refused(414)
    if len(method) > METHOD_LIMIT:
        raise _Refused(400)
    return method.decode(), target.decode()


def _length(text: str | None, limit: int) -> int:
    if text is None:
        return 0
    if not re.fullmatch("[0-9]{1,10}", text):
        raise _Refused(400)
    if int(text) > limit:
        raise _Refused(413)
    return int(text)


def format_response(
    status: int, cseq: str, fields: Iterable[tuple[str, str]] = (), body: bytes = b"", reason: str = ""
) -> bytes:
    """Return a response; `cseq` "" omits the number, `reason` "" selects the standard phrase."""
    lines = [f"RTSP/1.0 {status} {reason or REASONS.get(status, 'Error')}"]
    if cseq:
        lines.append(f"CSeq: {cseq}")
    lines += [f"{name}: {value}" for name, value in fields]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace") + body


def interleave(channel: int, packets: Iterable[bytes]) -> bytes:
    """Return packets in interleaved form for an RTSP connection."""
    mark = bytes((0x24, channel))
    return b"".join([part for packet in packets for part in (mark, len(packet).to_bytes(2), packet)])
