"""Head editor: edits the heads of the messages in an RTSP stream; bodies and interleaved packets pass unchanged."""

from abc import ABC, abstractmethod

HEAD_BYTES = 64 * 1024
"""Maximum bytes of a message head."""
_PACKET_HEAD = 4
"""Bytes before the data of an interleaved packet (RFC 2326, 10.12)."""


class HeadEditor(ABC):
    """Editor of one direction of a connection."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._passing = 0
        """Bytes that pass unchanged: the rest of a body or of a packet."""
        self._is_packet = False
        """Whether the bytes that pass unchanged are those of a packet."""
        self._is_open = False
        """Whether all further bytes pass without a search for heads."""

    def feed(self, data: bytes) -> bytes:
        """Return the bytes to pass on. Raises ``ValueError`` for data that is not RTSP."""
        if self._is_open:
            return self._rest(data)
        self._buffer += data
        passed = bytearray()
        while piece := self._next():
            passed += piece
        return bytes(passed)

    @property
    def is_between_messages(self) -> bool:
        """Whether another message may be inserted after what `feed` has returned."""
        return not (self._is_open or self._passing or self._buffer)

    @abstractmethod
    def _head(self) -> bytes:
        """Remove a head from the buffer and return it edited; nothing while it is incomplete. Raises ``ValueError``."""

    def _rest(self, data: bytes) -> bytes:
        """Return the bytes to pass on for `data` after the last head: by default the same. Raises ``ValueError``."""
        return data

    def _next(self) -> bytes:
        if self._is_open:
            rest = bytes(self._buffer)
            self._buffer.clear()
            return self._rest(rest)
        if not self._passing:
            del self._buffer[: len(self._buffer) - len(self._buffer.lstrip(b"\r\n"))]
            self._is_packet = self._buffer[:1] == b"$"
            if not self._is_packet:
                return self._head()
            if len(self._buffer) < _PACKET_HEAD:
                return b""
            self._passing = _PACKET_HEAD + int.from_bytes(self._buffer[2:_PACKET_HEAD])
        return self._take(min(self._passing, len(self._buffer)))

    def _take(self, length: int) -> bytes:
        piece = bytes(self._buffer[:length])
        del self._buffer[:length]
        self._passing -= length
        return piece
