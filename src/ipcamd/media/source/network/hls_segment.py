"""Segment of an HLS playlist: a file or a range of its bytes (RFC 8216, 4.3.2)."""

import sys
from collections.abc import Mapping

from ipcamd.errors import SourceError
from ipcamd.media.source.network.http_client import HttpAnswer


def make_segment(answer: HttpAnswer, options: Mapping[str, str]) -> "SegmentFile":
    """Return the segment that FFmpeg opens with these options: ``offset`` and ``end_offset`` of a range of bytes.
    `answer` is the file from ``offset`` on. Raises `SourceError`."""
    start = int(options.get("offset", 0))
    if start and not answer.is_part:
        answer.close()
        raise SourceError("ignores byte ranges")
    return SegmentFile(answer, int(options["end_offset"]) - start if "end_offset" in options else sys.maxsize)


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
