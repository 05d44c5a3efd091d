"""Scan of unknown files on the card: reads their length and repairs files that were cut off. For threads."""

import logging
import os
from collections.abc import Iterable
from datetime import datetime, tzinfo

from ipcamd.media.codecs import key_tests
from ipcamd.storage.disk import Disk, Found
from ipcamd.storage.recording import Recording, began_by, believable, nanoseconds
from ipcamd.wire.avi import reader
from ipcamd.wire.avi.layout import HEAD

_log = logging.getLogger(__name__)


def scan(disk: Disk, files: Iterable[Found], place: tzinfo) -> list[Recording]:
    """Return what these files are; those that are nothing of ours are left out. `place` is where their names' times
    are local."""
    return [recording for file in files if (recording := _look(disk, file, place))]


def _look(disk: Disk, file: Found, place: tzinfo) -> Recording | None:
    began = began_by(file.name)
    if began is None:
        return None
    try:
        if file.size == 0:  # the power went when it had just been made
            disk.remove(file.folder, file.name)
            return None
        began = began.replace(tzinfo=place)
        return _film(disk, file, began) if file.name.endswith(".avi") else _recording(file, nanoseconds(began), 0)
    except (OSError, ValueError) as error:
        _log.warning("%s/%s on the SD card cannot be read: %s", file.folder, file.name, error)
        return None


def _film(disk: Disk, file: Found, named: datetime) -> Recording | None:
    fd = disk.open(file.folder, file.name)
    try:
        head = os.pread(fd, HEAD, 0)
    finally:
        os.close(fd)
    try:
        film = reader.film(head, file.size, key_tests())
    except ValueError:  # another camera's, or none at all
        foreign = head[:4] == b"RIFF" and head[8:12] == b"AVI "
        return _recording(file, nanoseconds(named), 0) if foreign else None
    if not film.closed:
        mended = _mend(disk, file, named)
        if mended is None:
            return None
        file, film = mended
    began = film.began if film.began and believable(film.began) else named
    return _recording(file, nanoseconds(began), film.length)


def _mend(disk: Disk, file: Found, named: datetime) -> tuple[Found, reader.Film] | None:
    fd, tests = disk.open(file.folder, file.name, change=True), key_tests()
    try:
        mended = reader.mend(lambda place, length: os.pread(fd, length, place), file.size, named, tests)
        if mended is None:
            disk.remove(file.folder, file.name)
            return None
        # the head comes last: whenever the power goes, the file can be mended again
        os.ftruncate(fd, mended.end)
        os.pwrite(fd, mended.index, mended.end)
        os.fsync(fd)
        os.pwrite(fd, mended.head, 0)
        os.fsync(fd)
        found = os.fstat(fd)
        _log.info("%s/%s had been cut off and was mended", file.folder, file.name)
        whole = Found(file.folder, file.name, found.st_size, found.st_mtime_ns)
        return whole, reader.film(mended.head, found.st_size, tests)
    finally:
        os.close(fd)


def _recording(file: Found, began: int, length: int) -> Recording:
    return Recording(file.folder, file.name, file.size, file.stamp, began, began + length)
