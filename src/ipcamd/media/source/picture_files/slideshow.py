"""Slideshow: reads and decodes picture files, and shows each for its time."""

import logging
import os
import re
import stat
import time
from bisect import bisect_right
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av

from ipcamd.errors import SourceError
from ipcamd.media.decode.picture_decoder import decode_file
from ipcamd.time_units import SECOND_NS
from ipcamd.wire.jpeg_scanner import SOI, JpegScanner

_log = logging.getLogger(__name__)

STILL_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff")
"""Names of files that contain one picture; others, such as GIFs, may contain a video."""

SUFFIXES = (*STILL_SUFFIXES, ".webp", ".gif")
"""Names of the files in a directory that are shown."""

_MOST_FILES = 100_000
"""Most files in a directory."""

_MOST_BYTES = 64 << 20
"""Largest file that is read."""

_SETTLED_NS = 2 * SECOND_NS
"""Age of a directory's last change after which a change always shows in its time stamp."""

_NUMBER = re.compile("([0-9]+)")

Version = tuple[int, int, int]
"""Inode, time of change and size of a file; a file with another version is read again."""


class Slideshow:
    """Files that are shown in a loop, with the present one. For one thread."""

    def __init__(self, path: Path, rate: Fraction) -> None:
        """`path` is that of a still or a directory, `rate` the files shown per second."""
        self._path, self._rate = path, rate
        self._count = 0
        """Files that were due until now."""
        self._name = ""
        """Name of the present file in the directory."""
        self._names: list[str] = []
        self._listed: Version | None = None
        self._version: Version | None = None
        """Version of the present file; None before the first one."""
        self._picture: av.VideoFrame | None = None
        self._damaged: set[str] = set()
        """Files reported in the log as damaged."""

    def picture_at(self, passed_s: Fraction) -> av.VideoFrame:
        """Return the picture this many seconds after the start: of the files in a loop, without those that are no
        pictures. A still is read again if it has changed. Raises `SourceError` if there is no picture."""
        count = 1 + int(passed_s * self._rate)
        steps, self._count = count - self._count, count
        if steps <= 0 and self._picture:
            return self._picture
        if not self._path.is_dir():
            return self._read_still()
        self._list()
        start = bisect_right(self._names, _order(self._name), key=_order) + max(steps, 1) - 1
        for offset in range(len(self._names)):
            self._name = self._names[(start + offset) % len(self._names)]
            if picture := self._read(self._path / self._name):
                return picture
        raise SourceError("contains no picture that can be decoded")

    def _list(self) -> None:
        """List the directory if it has changed."""
        try:
            version = _version(self._path)
            if version != self._listed:
                with os.scandir(self._path) as entries:
                    names = [each.name for each in islice(entries, _MOST_FILES + 1) if _is_picture(each)]
                self._names = sorted(names, key=_order)
                self._listed = version if time.time_ns() - version[1] > _SETTLED_NS else None
        except OSError as error:
            raise SourceError(f"cannot be read: {error.strerror}") from None
        if not self._names:
            raise SourceError(f"contains no picture; pictures are files named {', '.join(SUFFIXES)}")
        if len(self._names) > _MOST_FILES:
            raise SourceError(f"contains more than {_MOST_FILES} pictures")
        self._damaged &= set(self._names)

    def _read_still(self) -> av.VideoFrame:
        """Return the still, or its last complete version while the file is being written or missing."""
        try:
            unchanged = _version(self._path) == self._version
        except OSError as error:
            raise SourceError(f"cannot be read: {error.strerror}") from None
        picture = self._picture if unchanged else self._read(self._path) or self._picture
        if picture is None:
            raise SourceError("contains no picture that can be decoded")
        return picture

    def _read(self, path: Path) -> av.VideoFrame | None:
        """Read a file; return its picture, or None if it is not a complete one. A damaged file is logged once."""
        try:
            self._version = _version(path)
            with path.open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
            pictures = decode_file(data) if len(data) <= _MOST_BYTES and _is_complete(data) else []
            self._picture = pictures[0] if pictures else self._picture
            problem = "" if pictures else "is not a picture that can be decoded"
        except OSError as error:
            pictures, problem = [], f"cannot be read: {error.strerror}"
        except SourceError as error:
            pictures, problem = [], str(error)
        if problem and path.name not in self._damaged:
            _log.warning("%s %s", path, problem)
        self._damaged = self._damaged | {path.name} if problem else self._damaged - {path.name}
        return pictures[0] if pictures else None


def _version(path: Path) -> Version:
    found = path.stat()
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        raise SourceError("is neither a file nor a directory")
    return found.st_ino, found.st_mtime_ns, found.st_size


def _is_picture(entry: os.DirEntry[str]) -> bool:
    return entry.name.lower().endswith(SUFFIXES) and not entry.name.startswith(".") and entry.is_file()


def _order(name: str) -> tuple[str | int, ...]:
    """Return the sort key of a name, in which numbers count by value."""
    parts = _NUMBER.split(name)
    return tuple(int(part) if index % 2 else part for index, part in enumerate(parts))


def _is_complete(data: bytes) -> bool:
    """Whether a file is not a JPEG that is still being written, which FFmpeg would show in part."""
    return not data.startswith(SOI) or JpegScanner().find_end(data) > 0
