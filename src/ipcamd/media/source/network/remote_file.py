"""Remote file: a file on an HTTP server with ``read`` and ``seek`` (byte ranges, RFC 9110, 14)."""

import os
from collections.abc import Callable

from ipcamd.errors import SourceError
from ipcamd.media.source.network.http_client import HttpAnswer

FFMPEG_OPTIONS = {
    "protocol_whitelist": "http,https,crypto",
    "http_persistent": "0",
    "http_multiple": "0",
    "extension_picky": "0",
    "allowed_extensions": "ALL",
    "allowed_segment_extensions": "ALL",
}
"""FFmpeg's options for files and playlists: `fetch` opens every address, so FFmpeg's checks of names and connections do
not apply."""


class RemoteFile:
    """File object that FFmpeg reads. For one thread."""

    def __init__(self, open_at: Callable[[int], HttpAnswer]) -> None:
        """`open_at` requests the file from a byte position. Raises `SourceError`."""
        self._open_at = open_at
        self._answer = open_at(0)
        self._size = self._answer.length
        self._read_at = self._position = 0

    def seekable(self) -> bool:
        """Whether the server supports byte ranges."""
        return self._answer.has_ranges and self._size is not None

    def tell(self) -> int:
        """Return the position of the next read, in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move the position; the next read makes the request. Raises ``ValueError`` for an unknown `whence`."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size or 0}
        if whence not in base:
            raise ValueError(f"unknown whence: {whence}")
        self._position = max(0, base[whence] + offset)
        return self._position

    def read(self, most: int) -> bytes:
        """Return at most this many bytes, b"" at the end. Raises `SourceError`."""
        if self._size is not None and self._position >= self._size:
            return b""
        if self._position != self._read_at:
            self._reopen()
        data = self._answer.read(most)
        self._position += len(data)
        self._read_at = self._position
        return data

    def _reopen(self) -> None:
        self._answer.close()
        self._answer = self._open_at(self._position)
        if self._position and not self._answer.is_part:
            raise SourceError("ignores byte ranges")
        self._read_at = self._position

    def close(self) -> None:
        """Close the connection."""
        self._answer.close()
