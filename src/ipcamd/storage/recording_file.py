"""Recording file: an AVI or MP4 file that is being written to the card or as a clip, playable at any moment."""

import errno
import os
from contextlib import suppress
from datetime import datetime

from ipcamd.storage.container_writer import ContainerWriter
from ipcamd.storage.disk import Disk
from ipcamd.storage.recording import Recording, free_names
from ipcamd.wire.avi.layout import AviFormat
from ipcamd.wire.avi.writer import AviWriter

_MAX_PIECES = 1000
"""Pieces in one call of the kernel, which takes 1024."""


class RecordingFile:
    """AVI file that is being written. For one worker thread; all methods raise ``OSError``."""

    def __init__(self, disk: Disk, folder: str, model: str, writer: ContainerWriter, began: datetime) -> None:
        """`began` is the local time of the writer's origin. `folder` is the card's folder for
        it, `model` the device's, with which the file's name begins."""
        self._disk = disk
        self._folder = folder
        self._writer = writer
        self._pieces: list[bytes] = []
        self._mark = self._writer.mark()
        self._name, self._fd = self._create(model, began)
        try:
            _write_all(self._fd, [self._writer.head()], 0)
            self._disk.sync(folder)
        except OSError:
            self._disk.remove(folder, self._name)
            self.abandon()
            raise

    @property
    def length_ns(self) -> int:
        """Length so far."""
        return self._writer.length

    @property
    def size_bytes(self) -> int:
        """Size that the closed file will have."""
        return self._writer.size

    def add_picture(self, payload: bytes, key: bool, captured_ns: int) -> None:
        """Add a picture; `flush` writes it."""
        self._pieces += self._writer.picture(payload, key, captured_ns)

    def add_audio(self, samples: bytes, captured_ns: int) -> None:
        """Add u-law samples; `flush` writes them."""
        self._pieces += self._writer.sound(samples, captured_ns)

    def extend_last_picture(self, until_ns: int) -> None:
        """Let the last picture last until `until_ns`."""
        self._pieces += self._writer.stretch(until_ns)

    def flush(self) -> None:
        """Write what was added; durable on return. After a failure the file is as before, and `close` may follow."""
        if not self._disk.holds(self._fd):
            raise OSError(errno.ENODEV, "the card is gone")
        pieces, self._pieces = self._pieces, []
        start = self._writer.end - sum(map(len, pieces))
        try:
            _write_all(self._fd, pieces, start)
            os.pwrite(self._fd, self._writer.head(), 0)
            os.fdatasync(self._fd)
        except OSError:
            self._writer.back(self._mark)
            with suppress(OSError):
                os.ftruncate(self._fd, self._writer.end)
            raise
        self._mark = self._writer.mark()

    def state(self) -> Recording:
        """Return the file as it is now."""
        found = os.fstat(self._fd)
        return self._recording(found.st_size, found.st_mtime_ns, writing=True)

    def close(self) -> Recording | None:
        """Write the rest and the index. Return the complete file; None if it has no picture and was deleted."""
        try:
            with suppress(OSError):  # the index may fit where the last pictures did not
                self.flush()
            if not self.length_ns:
                self._disk.remove(self._folder, self._name)
                return None
            _write_all(self._fd, [self._writer.index()], self._writer.end)
            os.fdatasync(self._fd)  # the head that says that all is there comes after all that is
            os.pwrite(self._fd, self._writer.head(closed=True), 0)
            os.fsync(self._fd)
            self._disk.sync(self._folder)
            found = os.fstat(self._fd)
            return self._recording(found.st_size, found.st_mtime_ns)
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close it without an index; the next scan of the card repairs it."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            self._disk.done(self._folder, self._name)

    def _recording(self, size: int, stamp: int, writing: bool = False) -> Recording:
        began = self._writer.origin
        return Recording(self._folder, self._name, size, stamp, began, began + self.length_ns, writing)

    def _create(self, model: str, began: datetime) -> tuple[str, int]:
        for name in free_names(model, began, self._writer.ending):
            with suppress(FileExistsError):
                return name, self._disk.create(self._folder, name)
        raise FileExistsError(errno.EEXIST, "there are recordings of that time already", name)


def begin_avi_file(
    disk: Disk, folder: str, model: str, avi_format: AviFormat, began: datetime, origin_ns: int
) -> RecordingFile:
    """Return a new AVI file. See `RecordingFile`; `origin_ns` is `began`, nanoseconds since the epoch."""
    return RecordingFile(disk, folder, model, AviWriter(avi_format, began, origin_ns), began)


def _write_all(fd: int, pieces: list[bytes], place: int) -> None:
    for start in range(0, len(pieces), _MAX_PIECES):
        some = pieces[start : start + _MAX_PIECES]
        length = sum(map(len, some))
        written = os.pwritev(fd, some, place)
        if written < length:  # the card is full, or its limit of a file's size is reached
            rest = b"".join(some)[written:]
            while rest:
                count = os.pwrite(fd, rest, place + written)
                rest, written = rest[count:], written + count
        place += length
