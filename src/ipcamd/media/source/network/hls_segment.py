"""Segment of an HLS playlist: a file or a range of its bytes, decrypted if it is encrypted (RFC 8216, 4.3.2)."""

import sys

from ipcamd.errors import SourceError
from ipcamd.media.source.network.hls_encryption import DecryptedFile
from ipcamd.media.source.network.http_client import HttpAnswer


def make_segment(answer: HttpAnswer, options: dict[str, str]) -> "SegmentFile | DecryptedFile":
    """Return the segment that FFmpeg opens with these options: ``offset`` and ``end_offset`` of a range of bytes,
    ``key`` and ``iv`` in hexadecimal digits of a segment that is encrypted with AES-128. `answer` is the file from
    ``offset`` on. Raises `SourceError`."""
    start = int(options.get("offset", 0))
    if start and not answer.is_part:
        answer.close()
        raise SourceError("ignores byte ranges")
    segment = SegmentFile(answer, int(options["end_offset"]) - start if "end_offset" in options else sys.maxsize)
    if "key" not in options:
        return segment
    return DecryptedFile(segment, bytes.fromhex(options["key"]), bytes.fromhex(options["iv"]))


class SegmentFile:
    """File object that FFmpeg reads from its beginning to its end. For one thread."""

    def __init__(self, answer: HttpAnswer, size_bytes: int) -> None:
        """`size_bytes` is the largest size."""
        self._answer, self._left_bytes = answer, size_bytes

    def read(self, most: int) -> bytes:
        """Return at most this many bytes, b"" at the end. Raises `SourceError`."""
        data = self._answer.read(min(most, self._left_bytes))
        self._left_bytes -= len(data)
        return data

    def close(self) -> None:
        """Close the connection."""
        self._answer.close()
