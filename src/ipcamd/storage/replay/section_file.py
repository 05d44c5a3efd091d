"""Section file: the frames of one recording with their times, read one by one. For threads."""

import os
import threading
from collections.abc import Iterator, Sequence
from typing import Protocol

from ipcamd.storage.disk import Disk, reader_of
from ipcamd.storage.export.recording_format import is_mp4
from ipcamd.storage.replay.avi_frames import AviFrames
from ipcamd.storage.replay.catalog import Section
from ipcamd.storage.replay.frame_entry import FrameEntry
from ipcamd.storage.replay.mp4_frames import Mp4Frames
from ipcamd.wire.avi.reader import Read


class FrameReader(Protocol):
    """Reader of one container's frames."""

    def new_entries(self, read: Read, size_bytes: int) -> Iterator[FrameEntry]:
        """Yield the entries that are new since the last call. Raises like `SectionFile`."""

    def payload(self, entry: FrameEntry, data: bytes) -> bytes:
        """Return a frame in the form of live streams; `data` is its data in the file."""


class SectionFile:
    """Frames of the file of one section.

    Each method holds the lock, so closing waits for a read. Raises ``OSError``, and ``ValueError`` if the file was not
    written by this camera.
    """

    def __init__(self, disk: Disk, section: Section) -> None:
        self._disk = disk
        self._section = section
        self._lock = threading.Lock()
        self._fd: int | None = None
        self._is_closed = False
        self._reader: FrameReader | None = None

    def read_entries(self) -> list[FrameEntry]:
        """Return the entries that were added since the last call; at first, all of them."""
        with self._lock:
            fd = self._open()
            return list(self._frames(fd).new_entries(reader_of(fd), os.fstat(fd).st_size))

    def read_payloads(self, entries: Sequence[FrameEntry]) -> list[bytes]:
        """Return the payloads of frames; those of truncated frames are empty."""
        with self._lock:
            fd = self._open()
            return [self._payload(fd, entry) for entry in entries]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._fd is not None:
                os.close(self._fd)
            self._fd, self._is_closed = None, True

    def _open(self) -> int:
        if self._is_closed:
            raise OSError("the file is closed")
        if self._fd is None:
            self._fd = self._disk.open(self._section.recording.folder, self._section.recording.name)
        return self._fd

    def _frames(self, fd: int) -> FrameReader:
        if self._reader is None:
            self._reader = Mp4Frames(self._section) if is_mp4(reader_of(fd)) else AviFrames(self._section)
        return self._reader

    def _payload(self, fd: int, entry: FrameEntry) -> bytes:
        data = os.pread(fd, entry.length, entry.place)
        return self._frames(fd).payload(entry, data) if len(data) == entry.length else b""
