"""Slideshow: selects the picture file to show; each is shown for its time."""

import os
import re
import time
from bisect import bisect_right
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av

from ipcamd.errors import SourceError
from ipcamd.media.source.picture_files.picture_file_reader import PictureFileReader, Version, read_version
from ipcamd.time_units import SECOND_NS

STILL_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff")
"""Names of files that contain one picture; others, such as GIFs, may contain a video."""

SUFFIXES = (*STILL_SUFFIXES, ".webp", ".gif")
"""Names of the files in a directory that are shown."""

_MOST_FILES = 100_000
"""Most files in a directory."""

_SETTLED_NS = 2 * SECOND_NS
"""Age of a directory's last change after which a change always shows in its time stamp."""

_NUMBER = re.compile("([0-9]+)")


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
        self._reader = PictureFileReader()

    def picture_at(self, passed_s: Fraction) -> av.VideoFrame:
        """Return the picture this many seconds after the start: of the files in a loop, without those that are no
        pictures. A still is read again if it has changed. Raises `SourceError` if there is no picture."""
        count = 1 + int(passed_s * self._rate)
        steps, self._count = count - self._count, count
        if steps <= 0 and self._reader.picture:
            return self._reader.picture
        if not self._path.is_dir():
            return self._reader.read_changed(self._path)
        self._list()
        start = bisect_right(self._names, _order(self._name), key=_order) + max(steps, 1) - 1
        for offset in range(len(self._names)):
            self._name = self._names[(start + offset) % len(self._names)]
            if picture := self._reader.read(self._path / self._name):
                return picture
        raise SourceError("contains no picture that can be decoded")

    def _list(self) -> None:
        """List the directory if it has changed."""
        try:
            version = read_version(self._path)
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
        self._reader.damaged &= set(self._names)


def _is_picture(entry: os.DirEntry[str]) -> bool:
    return entry.name.lower().endswith(SUFFIXES) and not entry.name.startswith(".") and entry.is_file()


def _order(name: str) -> tuple[str | int, ...]:
    """Return the sort key of a name, in which numbers count by value."""
    parts = _NUMBER.split(name)
    return tuple(int(part) if index % 2 else part for index, part in enumerate(parts))
