"""Shared buffer: part of a stream in a memory file, from which the kernel sends to all viewers."""

import os
from collections.abc import Callable, Iterable

from ipcamd.media.stream.traffic import StreamTraffic


class SharedBuffer:
    """Bytes in an anonymous file, written once, and closed when no viewer needs them any more.

    ``sendfile`` lets the kernel pass the same pages to every socket. Raises ``OSError`` when the process has no file
    descriptors left.
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
        """`pieces` follow each other in the file.

        `key`: a new viewer can begin with it; `sound`: it is audio. `made_s` is the monotonic time of its creation.
        """
        self.fd = -1
        self.fd = os.memfd_create("frame")
        self.size_bytes = os.writev(self.fd, tuple(pieces))
        self.key = key
        """Whether a decoder can start here."""
        self.sound = sound
        self.made_s = made_s
        """Monotonic time of its creation."""
        self.traffic = traffic
        """Counter of its transmissions; None for a response header, which is not a frame."""

    def read(self, offset: int) -> bytes:
        """Return the bytes from `offset` on, for a viewer that the kernel cannot send to (TLS)."""
        return os.pread(self.fd, self.size_bytes - offset, offset)

    def __del__(self, close: Callable[[int], None] = os.close) -> None:  # bound: modules are cleared at exit
        if self.fd >= 0:
            close(self.fd)
