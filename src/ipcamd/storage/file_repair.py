"""Repair of files on the card: completes truncated recordings, and reads the start and length of all. For threads."""

import logging
import os
from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from ipcamd.media.codecs import key_tests
from ipcamd.storage.disk import Disk, FileEntry, reader_of
from ipcamd.storage.recording import Recording, nanoseconds
from ipcamd.storage.recording_name import began_by, believable
from ipcamd.wire.avi import reader
from ipcamd.wire.avi.layout import HEAD

if TYPE_CHECKING:
    from ipcamd.wire.mp4.reader import Mp4Content

_log = logging.getLogger(__name__)


def read_recordings(disk: Disk, files: Iterable[FileEntry], zone: tzinfo) -> list[Recording]:
    """Return the recordings among these files; other files are left out. `zone` is the time zone of their names."""
    return [recording for file in files if (recording := _scan_file(disk, file, zone))]


def _scan_file(disk: Disk, file: FileEntry, zone: tzinfo) -> Recording | None:
    began = began_by(file.name)
    if began is None:
        return None
    try:
        if file.size_bytes == 0:  # a power loss followed the creation of the file
            disk.remove(file.folder, file.name)
            return None
        began = began.replace(tzinfo=zone)
        read = _READERS.get(file.name[-3:])
        return read(disk, file, began) if read else _recording(file, nanoseconds(began), 0)
    except (OSError, ValueError) as error:
        _log.warning("%s/%s on the SD card cannot be read: %s", file.folder, file.name, error)
        return None


def _read_avi(disk: Disk, file: FileEntry, named: datetime) -> Recording | None:
    with disk.opened(file.folder, file.name) as fd:
        head = os.pread(fd, HEAD, 0)
    try:
        avi = reader.read_head(head, file.size_bytes, key_tests())
    except ValueError:  # written by another device, or not an AVI file
        foreign = head[:4] == b"RIFF" and head[8:12] == b"AVI "
        return _recording(file, nanoseconds(named), 0) if foreign else None
    if not avi.closed:
        repaired = _repair(disk, file, named)
        if repaired is None:
            return None
        file, avi = repaired
    began = avi.began if avi.began and believable(avi.began) else named
    return _recording(file, nanoseconds(began), avi.length)


def _repair(disk: Disk, file: FileEntry, named: datetime) -> tuple[FileEntry, reader.AviHead] | None:
    tests = key_tests()
    with disk.opened(file.folder, file.name, change=True) as fd:
        repaired = reader.repair(reader_of(fd), file.size_bytes, named, tests)
        if repaired is None:
            disk.remove(file.folder, file.name)
            return None
        # the header is written last, so a power loss at any moment leaves a file that can be repaired again
        os.ftruncate(fd, repaired.end)
        os.pwrite(fd, repaired.index, repaired.end)
        os.fsync(fd)
        os.pwrite(fd, repaired.head, 0)
        os.fsync(fd)
        _log.info("%s/%s was truncated and has been repaired", file.folder, file.name)
        whole = _reread(file, fd)
        return whole, reader.read_head(repaired.head, whole.size_bytes, tests)


def _read_mp4(disk: Disk, file: FileEntry, named: datetime) -> Recording | None:
    from ipcamd.wire.mp4.reader import read_content  # not at the camera's start

    with disk.opened(file.folder, file.name) as fd:
        try:
            content = read_content(reader_of(fd), file.size_bytes)
        except ValueError:  # written by another device, or not an MP4 file
            foreign = os.pread(fd, 8, 0)[4:] == b"ftyp"
            return _recording(file, nanoseconds(named), 0) if foreign else None
    if not content.length_ns:
        disk.remove(file.folder, file.name)
        return None
    if content.head or content.end < file.size_bytes:
        file = _repair_mp4(disk, file, content)
    return _recording(file, content.started_ns, content.length_ns)


def _repair_mp4(disk: Disk, file: FileEntry, content: "Mp4Content") -> FileEntry:
    with disk.opened(file.folder, file.name, change=True) as fd:
        os.ftruncate(fd, content.end)
        os.fsync(fd)
        os.pwrite(fd, content.head, 0)
        os.fsync(fd)
        _log.info("%s/%s was truncated and has been repaired", file.folder, file.name)
        return _reread(file, fd)


_READERS = {"avi": _read_avi, "mp4": _read_mp4}
"""File name extensions and their readers."""


def _reread(file: FileEntry, fd: int) -> FileEntry:
    """Return the entry with the present size and time of the open file."""
    found = os.fstat(fd)
    return FileEntry(file.folder, file.name, found.st_size, found.st_mtime_ns)


def _recording(file: FileEntry, started_ns: int, length_ns: int) -> Recording:
    return file.recording(started_ns, started_ns + length_ns)
