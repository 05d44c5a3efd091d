"""Segment: a file being written to the card, playable at any moment."""

import errno
import os
from contextlib import suppress
from datetime import datetime

from ipcamd.storage.disk import Disk
from ipcamd.storage.recording import Recording, free_names
from ipcamd.wire.avi.layout import AviFormat
from ipcamd.wire.avi.writer import AviWriter

_MOST_PIECES = 1000
"""Pieces in one call of the kernel, which takes 1024."""


class Segment:
    """One file, for one thread. All methods raise ``OSError``."""

    def __init__(
        self, disk: Disk, folder: str, model: str, avi_format: AviFormat, began: datetime, origin: int
    ) -> None:
        """`began` is `origin` (nanoseconds since the epoch) as local time. See `AviWriter`."""
        self._disk = disk
        self._folder = folder
        self._writer = AviWriter(avi_format, began, origin)
        self._pieces: list[bytes] = []
        self._mark = self._writer.mark()
        self._name, self._fd = self._create(model, began)
        try:
            _write_all(self._fd, [self._writer.head()], 0)
            self._disk.sync(folder)
        except OSError:
            self._disk.remove(folder, self._name)
            self.leave()
            raise

    @property
    def avi_format(self) -> AviFormat:
        """Format of the segment."""
        return self._writer.avi_format

    @property
    def length(self) -> int:
        """Nanoseconds that it lasts so far."""
        return self._writer.length

    @property
    def size(self) -> int:
        """Bytes that it will have when it is closed."""
        return self._writer.size

    def picture(self, payload: bytes, key: bool, captured_ns: int) -> None:
        """Take a picture; `flush` writes it."""
        self._pieces += self._writer.picture(payload, key, captured_ns)

    def sound(self, samples: bytes, captured_ns: int) -> None:
        """Take u-law samples; `flush` writes them."""
        self._pieces += self._writer.sound(samples, captured_ns)

    def stretch(self, until: int) -> None:
        """Let the last picture stay until then (nanoseconds)."""
        self._pieces += self._writer.stretch(until)

    def flush(self) -> None:
        """Bring what was taken to the disk. If that fails, what was there before still is, and `close` may follow."""
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
        """Return what is known of it while it is being written."""
        found = os.fstat(self._fd)
        return self._recording(found.st_size, found.st_mtime_ns, writing=True)

    def close(self) -> Recording | None:
        """Write what is left, and the index; return the whole file, None if it has no picture and was deleted."""
        try:
            with suppress(OSError):  # the index may fit where the last pictures did not
                self.flush()
            if not self.length:
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
            self.leave()

    def leave(self) -> None:
        """Let go of it as it is; it is mended when the card is looked through."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            self._disk.done(self._folder, self._name)

    def _recording(self, size: int, stamp: int, writing: bool = False) -> Recording:
        began = self._writer.origin
        return Recording(self._folder, self._name, size, stamp, began, began + self.length, writing)

    def _create(self, model: str, began: datetime) -> tuple[str, int]:
        for name in free_names(model, began):
            with suppress(FileExistsError):
                return name, self._disk.create(self._folder, name)
        raise FileExistsError(errno.EEXIST, "there are recordings of that time already", name)


def _write_all(fd: int, pieces: list[bytes], place: int) -> None:
    for start in range(0, len(pieces), _MOST_PIECES):
        some = pieces[start : start + _MOST_PIECES]
        length = sum(map(len, some))
        written = os.pwritev(fd, some, place)
        if written < length:  # the card is full, or its limit of a file's size is reached
            rest = b"".join(some)[written:]
            while rest:
                count = os.pwrite(fd, rest, place + written)
                rest, written = rest[count:], written + count
        place += length
