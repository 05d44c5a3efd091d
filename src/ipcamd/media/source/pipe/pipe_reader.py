"""Pipe reader: reads the data that another program writes, with a time limit."""

import io
import os
import select
import threading
from pathlib import Path

from ipcamd.errors import SourceError
from ipcamd.media.source.source_timeout import SLICE_S, SourceTimeout

_MOST_BACKLOG_BYTES = 1 << 20
"""Largest buffer of a pipe without privileges (pipe(7))."""


class PipeReader:
    """Read end of a pipe. It may be used in one run of a source after the other; for one thread at a time."""

    def __init__(self, file: io.FileIO) -> None:
        """Takes ownership of `file`."""
        self._file = file
        self._poll = select.poll()
        self._poll.register(file, select.POLLIN)
        self._partial = bytearray()
        """Beginning of a raw frame whose end had not arrived in time."""
        self._limit, self._stop = SourceTimeout(), threading.Event()
        self.due_ns = 0
        """When the next raw frame is due, by the steady clock; 0: unknown. A run that follows a time-out needs it."""
        self.used = False
        """Whether something was read in an earlier run."""
        self.ended = False
        """Whether the writer has closed the pipe."""

    @classmethod
    def open(cls, path: str) -> "PipeReader":
        """Open a named pipe, or standard input for "". Raises `SourceError`."""
        try:
            if not path:
                return cls(io.FileIO(0, closefd=False))
            # without O_NONBLOCK this would wait for a writer
            return cls(io.FileIO(os.open(Path(path).expanduser(), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)))
        except OSError as error:
            raise SourceError(f"cannot be opened: {error.strerror}") from None

    def start(self, limit: SourceTimeout, stop: threading.Event) -> None:
        """Begin a run: reading waits as long as `limit` permits, and ends when `stop` is set."""
        self._limit, self._stop = limit, stop

    def read(self, most: int = 65536) -> bytes:
        """Return the next bytes, b"" at the end and when stopped. Raises `SourceError` if nothing arrives in time."""
        if self.ended or not self._limit.wait_for(lambda: self._poll.poll(SLICE_S * 1000) or None, self._stop):
            return b""
        data = self._file.read(most) or b""
        self.used = True
        if not data:
            self.ended = True
            self._file.close()  # the next program must wait for the next reader
        return data

    def read_exactly(self, size: int) -> bytearray | None:
        """Return this number of bytes; None when stopped. Raises `SourceError` if they do not arrive in time, or the
        data ends; after a time-out the next call continues."""
        while len(self._partial) < size:
            data = self.read(size - len(self._partial))
            if not data and not self.ended:
                return None
            if not data:
                raise SourceError("ends within a frame: check format and size" if self._partial else "ended")
            self._partial += data
        frame, self._partial = self._partial, bytearray()
        return frame

    def skip_backlog(self) -> None:
        """Discard the data in the pipe."""
        skipped = 0
        while skipped < _MOST_BACKLOG_BYTES and self._poll.poll(0) and (data := self._file.read(65536)):
            skipped += len(data)
