"""File watch: detects replaced files by their status, which also works on network drives."""

from collections.abc import Sequence
from pathlib import Path

_Status = tuple[int, int, int] | None
"""Inode, time of modification, size; None for a missing file."""


class FileWatch:
    """Reports a change of a set of files once they are equal in two calls, because they are not replaced together."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files
        self._reported = self._last = self._status()

    def has_changed(self) -> bool:
        """Whether the files differ from those at the last True, or at the start. Blocks."""
        last, self._last = self._last, self._status()
        if self._last != last or self._last == self._reported:
            return False
        self._reported = self._last
        return True

    def _status(self) -> list[_Status]:
        return [_status(path) for path in self._files]


def _status(path: Path) -> _Status:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
