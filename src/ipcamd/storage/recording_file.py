"""Recording file: an AVI or MP4 file in progress, on the card or as a clip; playable at any moment."""

import errno
import os
from contextlib import suppress
from datetime import datetime

from ipcamd.storage.container_writer import ContainerWriter
from ipcamd.storage.disk import Disk
from ipcamd.storage.recording import Recording
from ipcamd.storage.recording_name import free_names

_MAX_PIECES = 1000
"""Buffers in one ``writev`` call, which accepts 1024."""


class RecordingFile:
    """Recording file in progress. For one worker thread; all methods raise ``OSError``."""

    def __init__(self, disk: Disk, folder: str, model: str, writer: ContainerWriter, began: datetime) -> None:
        """`began` is the local start time, `folder` the card's folder, and `model` the prefix of the file name."""
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
        """Length so far in nanoseconds."""
        return self._writer.length

    @property
    def size_bytes(self) -> int:
        """Size that the closed file will have."""
        return self._writer.size

    def add_picture(self, payload: bytes, key: bool, captured_ns: int) -> None:
        """Add a picture; it is written by `flush`."""
        self._pieces += self._writer.picture(payload, key, captured_ns)

    def add_audio(self, samples: bytes, captured_ns: int) -> None:
        """Add a frame of sound; it is written by `flush`."""
        self._pieces += self._writer.sound(samples, captured_ns)

    def extend_last_picture(self, until_ns: int) -> None:
        """Extend the last picture until `until_ns`."""
        self._pieces += self._writer.stretch(until_ns)

    def flush(self) -> None:
        """Write the added data; it is durable on return.

        After a failure the file is unchanged, and `close` may follow.
        """
        if not self._disk.holds(self._fd):
            raise OSError(errno.ENODEV, "the card was removed")
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
        """Return the recording in its present state."""
        return self._recording(writing=True)

    def close(self) -> Recording | None:
        """Write the remaining data and the index.

        Return the complete recording; None if it had no picture and was deleted.
        """
        try:
            with suppress(OSError):  # there may be room for the index even if there is none for the last pictures
                self.flush()
            if not self.length_ns:
                self._disk.remove(self._folder, self._name)
                return None
            _write_all(self._fd, [self._writer.index()], self._writer.end)
            os.fdatasync(self._fd)  # the final header is written after all other data
            os.pwrite(self._fd, self._writer.head(closed=True), 0)
            os.fsync(self._fd)
            self._disk.sync(self._folder)
            return self._recording()
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close the file without an index; the next scan of the card repairs it."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            self._disk.done(self._folder, self._name)

    def _recording(self, writing: bool = False) -> Recording:
        found, began = os.fstat(self._fd), self._writer.origin
        facts = found.st_size, found.st_mtime_ns, began, began + self.length_ns, writing
        return Recording(self._folder, self._name, *facts)

    def _create(self, model: str, began: datetime) -> tuple[str, int]:
        for name in free_names(model, began, self._writer.ending):
            with suppress(FileExistsError):
                return name, self._disk.create(self._folder, name)
        raise FileExistsError(errno.EEXIST, "recordings of that time already exist", name)


def _write_all(fd: int, pieces: list[bytes], place: int) -> None:
    for start in range(0, len(pieces), _MAX_PIECES):
        some = pieces[start : start + _MAX_PIECES]
        length = sum(map(len, some))
        written = os.pwritev(fd, some, place)
        if written < length:  # the card is full, or the file has reached the file system's maximum size
            rest = b"".join(some)[written:]
            while rest:
                count = os.pwrite(fd, rest, place + written)
                rest, written = rest[count:], written + count
        place += length
