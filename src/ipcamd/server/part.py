"""A piece of a stream in memory that the kernel sends from, shared by all viewers."""

import os
from collections.abc import Callable, Iterable


class Part:
    """Bytes in an anonymous file, written once; closed with the last viewer that still needs it.

    Sending from it with ``sendfile`` lets the kernel hand the same pages to every socket. Raises ``OSError`` when the
    process has no file descriptors left.
    """

    __slots__ = ("fd", "key", "limit", "made", "size", "sound")

    def __init__(
        self, pieces: Iterable[bytes], *, key: bool = True, limit: int = 1, sound: bool = False, made: float = 0.0
    ) -> None:
        self.fd = -1
        self.fd = os.memfd_create("part")
        self.size = os.writev(self.fd, tuple(pieces))
        self.key = key
        """A decoder can start here."""
        self.limit = limit
        """How many parts may wait in front of it for a viewer that is behind."""
        self.sound = sound
        self.made = made
        """On the monotonic clock, in seconds."""

    def read(self, offset: int) -> bytes:
        """Return the bytes from `offset` on, for a viewer that the kernel cannot send to (TLS)."""
        return os.pread(self.fd, self.size - offset, offset)

    def __del__(self, close: Callable[[int], None] = os.close) -> None:  # bound here, for the interpreter's end
        if self.fd >= 0:
            close(self.fd)
