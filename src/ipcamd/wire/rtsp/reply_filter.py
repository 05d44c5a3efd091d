"""Reply filter: passes on a server's RTSP replies, except those that refer its client to another address.

The client is FFmpeg, which follows redirects, and sends datagrams to the ``source`` of a transport.
"""

import re
from collections.abc import Iterable

from ipcamd.wire.rtsp.head_editor import HEAD_BYTES, HeadEditor
from ipcamd.wire.rtsp.key_frame_requests import KeyFrameRequests

LINE_BYTES = 4000
"""Longest line; FFmpeg truncates lines at 4,096 bytes."""
_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(r"(RTSP|HTTP)/[0-9]\.[0-9] +([0-9]{3})(?: .*)?")
_REQUEST = re.compile(r"[A-Z_]+ \S+ RTSP/[0-9]\.[0-9]")
_LENGTH = re.compile("[0-9]{1,7}")
_UNSAFE = re.compile(r"[\x00-\x08\x0a-\x1f]")


class Redirected(ValueError):
    """The server refers to another address."""

    def __init__(self, location: str) -> None:
        """`location` is the URL, of which the message contains only the host: the rest may be secret."""
        host = location.partition("://")[2].partition("/")[0].rpartition("@")[2]
        super().__init__(f"redirects to {host[:100] or 'another address'}")


class ReplyFilter(HeadEditor):
    """Filter of one connection, which carries RTSP or, after an HTTP head, its tunnel."""

    def __init__(self, address: str, key_frames: KeyFrameRequests | None = None) -> None:
        """`address` is the server's; it becomes the ``source`` of each transport. `key_frames` observes the
        conversation."""
        super().__init__()
        self._address = address
        self._key_frames = key_frames or KeyFrameRequests(0)
        self._description: bytearray | None = None
        """The beginning of a description; None if no description is passing."""

    def note_request(self, data: bytes) -> bytes:
        """Return the client's bytes unchanged. After its PLAY, replies cannot redirect it, so all pass."""
        self._key_frames.note_request(data)
        if data.startswith(b"PLAY ") and not self._buffer and not self._passing:
            self._is_open = True
        return data

    def _head(self) -> bytes:
        found = find_head(self._buffer)
        if found is None:
            return b""
        lines, end = found
        del self._buffer[:end]
        return "\r\n".join((*self._checked(lines), "", "")).encode("latin-1")

    def _rest(self, data: bytes) -> bytes:
        if self._key_frames.is_searching:
            self._key_frames.note_packets(data)
        return data

    def _take(self, length: int) -> bytes:
        piece = super()._take(length)
        if self._is_packet and self._key_frames.is_searching:
            self._key_frames.note_packets(piece)
        if self._description is not None:
            self._description += piece
            if not self._passing:
                self._key_frames.note_description(self._description.decode("latin-1").replace("\r", ""))
                self._description = None
        return piece

    def _checked(self, lines: list[str]) -> list[str]:
        """Return the permitted lines of a head."""
        if any(len(line) > LINE_BYTES or line.startswith("$") or _UNSAFE.search(line) for line in lines):
            raise ValueError("sends a malformed head")
        status = _STATUS.fullmatch(lines[0])
        if not status and not _REQUEST.fullmatch(lines[0]):
            raise ValueError("does not speak RTSP")
        fields = read_fields(lines[1:])
        if status and status[2].startswith("3"):
            raise Redirected(dict(fields).get("location", ""))
        is_tunnel = bool(status and status[1] == "HTTP" and status[2].startswith("2"))
        self._passing = 0 if is_tunnel else read_body_length(fields)
        is_description = ("content-type", "application/sdp") in fields and 0 < self._passing <= HEAD_BYTES
        self._description = bytearray() if is_description else None
        return [
            lines[0],
            *(self._field(*field) for field in fields if field[0] not in ("location", "transfer-encoding")),
        ]

    def _field(self, name: str, value: str) -> str:
        if name != "transport":
            return f"{name}: {value}"
        self._key_frames.note_transport(value)
        return f"{name}: {value.partition(',')[0]};source={self._address}"


def find_head(data: bytes | bytearray, at: int = 0) -> tuple[list[str], int] | None:
    """Return the lines of the head at this position, and its end; None if it is incomplete. Raises ``ValueError``."""
    found = _END.search(data, at)
    if (found.end() if found else len(data)) - at > HEAD_BYTES:
        raise ValueError("sends a head that is too long")
    if found is None:
        return None
    return data[at : found.start()].decode("latin-1").replace("\r\n", "\n").split("\n"), found.end()


def read_fields(lines: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return the lower-case name and the value of each field of a head."""
    return tuple((name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines))


def read_body_length(fields: Iterable[tuple[str, str]]) -> int:
    """Return the length of a body, 0 without one. `fields` have lower-case names. Raises ``ValueError``."""
    lengths = {value for name, value in fields if name == "content-length"}
    if not lengths:
        return 0
    if len(lengths) > 1 or not _LENGTH.fullmatch(text := lengths.pop()):
        raise ValueError("sends a body of no clear length")
    return int(text)
