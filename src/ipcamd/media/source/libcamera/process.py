"""Camera process: a program that writes pictures to its standard output and messages to its standard error."""

import fcntl
import os
import select
import subprocess
from collections.abc import Sequence
from contextlib import suppress

from ipcamd.errors import SourceError

PIECE_BYTES = 1 << 18
"""Most bytes of one read."""
_PIPE_BYTES = 1 << 20
"""Size of the pipe, so that the program need not wait while a picture is decoded."""
_LOG_BYTES = 1 << 14
"""Bytes of the newest messages that are kept."""
_END_S = 0.5
"""Time for the program to end by itself."""


class CameraProcess:
    """Running program. For one thread."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start the program with its arguments, `command`. Raises `SourceError` if that is impossible."""
        try:
            self._process = subprocess.Popen(
                command, bufsize=0, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except OSError as error:
            raise SourceError(f"{command[0]} cannot be started: {error.strerror}") from None
        assert self._process.stdout and self._process.stderr
        self._output, self._errors = self._process.stdout, self._process.stderr
        self._poll = select.poll()
        for pipe in (self._output, self._errors):
            self._poll.register(pipe, select.POLLIN)
        os.set_blocking(self._errors.fileno(), False)
        with suppress(OSError):  # the limit of all pipes of this user is reached
            fcntl.fcntl(self._output, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self.messages = b""
        """The newest messages."""

    def read(self, timeout_s: float) -> bytes | None:
        """Return the next bytes of the output, b"" at its end; None if nothing arrives within `timeout_s` seconds or
        only messages do. Messages that were written before the bytes are stored first."""
        ready = [number for number, _ in self._poll.poll(timeout_s * 1000)]
        if self._errors.fileno() in ready:
            self._note_messages()
        return os.read(self._output.fileno(), PIECE_BYTES) if self._output.fileno() in ready else None

    def wait(self) -> int | None:
        """Wait for the end of a program that has closed its output, and store its last messages; return its exit
        status, negative for a signal, and None if it has not ended."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_S)
        self._note_messages()
        return self._process.returncode

    def close(self) -> None:
        """End the program and wait for it."""
        self._process.terminate()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._output.close()
        self._errors.close()

    def _note_messages(self) -> None:
        """Store the messages that have arrived."""
        with suppress(BlockingIOError):
            while data := os.read(self._errors.fileno(), PIECE_BYTES):
                self.messages = (self.messages + data)[-_LOG_BYTES:]
            with suppress(KeyError):
                self._poll.unregister(self._errors)
