"""Shared buffer: a part of a stream in a memory file, from which the kernel sends to all viewers."""

import os
from collections.abc import Callable, Iterable

from ipcamd.media.stream.traffic import StreamTraffic


class SharedBuffer:
    """Bytes in an anonymous file, written once, and closed when no viewer needs them any more.

    Sending from it with ``sendfile`` lets the kernel hand the same pages to every socket. Raises ``OSError`` when the
    process has no file descriptors left.
    """

    __slots__ = ("fd", "key", "made_s", "size_bytes", "sound", "traffic")

    def __init__(
        self,
        pieces: Iterable[bytes],
        *,
        key: bool = True,
        sound: bool = False,
        made_s: float = 0.0,
        traffic: StreamTraffic | None = None,
    ) -> None:
        """`pieces` follow each other in the file. `key`: a new viewer can begin with it; `sound`: it is no picture.
        `made_s` is the monotonic time at which it was made."""
        self.fd = -1
        self.fd = os.memfd_create("frame")
        self.size_bytes = os.writev(self.fd, tuple(pieces))
        self.key = key
        """A decoder can start here."""
        self.sound = sound
        self.made_s = made_s
        """On the monotonic clock."""
        self.traffic = traffic
        """Counts its sending; None for the head of a response, which is no frame."""

    def read(self, offset: int) -> bytes:
        """Return the bytes from `offset` on, for a viewer that the kernel cannot send to (TLS)."""
        return os.pread(self.fd, self.size_bytes - offset, offset)

    def __del__(self, close: Callable[[int], None] = os.close) -> None:  # bound here, for the interpreter's end
        if self.fd >= 0:
            close(self.fd)
