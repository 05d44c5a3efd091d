"""RTSP messages and interleaved packets of a server (RFC 2326), for its client."""

import re
from typing import NamedTuple

from ipcamd.wire.rtsp.reply_filter import find_head, read_body_length, read_fields

MOST_BODY_BYTES = 1 << 18
"""Maximum bytes of a body."""
_MARK, _PACKET_HEAD = 0x24, 4
_STATUS = re.compile(r"RTSP/[0-9]\.[0-9] +([0-9]{3})(?: +([ -~\xa0-\xff]*))?")
_REQUEST = re.compile(r"([A-Z_]+) +\S+ +RTSP/[0-9]\.[0-9]")
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f]")


class ServerMessage(NamedTuple):
    """A reply or a request of a server."""

    status: int
    """Status code of a reply; 0 for a request."""
    reason: str
    """Reason phrase of a reply, method of a request."""
    fields: tuple[tuple[str, str], ...] = ()
    """Lower-case names and values."""
    body: bytes = b""

    def find(self, name: str) -> str:
        """Return the value of the first field of that lower-case name; "" without one."""
        return next((value for field, value in self.fields if field == name), "")


class ServerParser:
    """Parser of the bytes of one server."""

    def __init__(self) -> None:
        self.messages: list[ServerMessage] = []
        """Messages that `feed` has found; the caller removes them."""
        self._rest = b""

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Return the channel and contents of each complete packet. Raises ``ValueError`` for data that is not RTSP."""
        data = self._rest + data if self._rest else data
        packets: list[tuple[int, bytes]] = []
        at, end = 0, len(data)
        while at < end:
            if data[at] != _MARK:
                following = self._read_message(data, at)
            elif at + _PACKET_HEAD <= end:
                following = at + _PACKET_HEAD + (data[at + 2] << 8 | data[at + 3])
            else:
                break
            if not at < following <= end:
                break
            if data[at] == _MARK:
                packets.append((data[at + 1], data[at + _PACKET_HEAD : following]))
            at = following
        self._rest = data[at:]
        return packets

    def _read_message(self, data: bytes, at: int) -> int:
        """Return the end of the message at this position; 0 if it is incomplete."""
        if data[at] in b"\r\n":
            return at + 1
        found = find_head(data, at)
        if found is None:
            return 0
        lines, start = found
        message = _parse_head(lines)
        length = read_body_length(message.fields)
        if length > MOST_BODY_BYTES:
            raise ValueError("sends a body that is too long")
        end = start + length
        if end <= len(data):
            self.messages.append(message._replace(body=data[start:end]))
        return end


def _parse_head(head: list[str]) -> ServerMessage:
    first, *lines = head
    status, request = _STATUS.fullmatch(first), _REQUEST.fullmatch(first)
    if not status and not request:
        raise ValueError("does not speak RTSP")
    if any(_UNSAFE.search(line) for line in lines):
        raise ValueError("sends a malformed head")
    fields = read_fields(lines)
    if status:
        return ServerMessage(int(status[1]), status[2] or "", fields)
    assert request
    return ServerMessage(0, request[1], fields)
