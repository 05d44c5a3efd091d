"""One viewer of a stream: what it has been sent, what waits for it, what it missed."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterable
from typing import cast

from ipcamd.server.part import Part
from ipcamd.server.qos import mark

UNSENT = 32 * 1024
"""Bytes that may wait unsent in the kernel for a slow viewer: more would only make its picture older."""
SOUND_PARTS = 32
SOUND_AGE = 1.0
"""Seconds; older sound is dropped, it would only push the sound further behind the picture."""
_TCP_USER_TIMEOUT = 18


class Viewer:
    """Sends parts over a duplicate of a connection's socket; asyncio keeps the original and its reading side.

    The fan-out sends to a viewer that is `ready` itself. Any other is offered the part: it waits here, and when the
    viewer is too far behind it skips to the newest key frame (of JPEG: to the newest picture).
    """

    direct = True
    """Whether the fan-out may send to `fd` itself."""

    __slots__ = (
        "_clock", "_offset", "_queue", "_rest", "_skipping", "_sounds", "_transport", "_waiting", "address", "dropped",
        "fd", "progress", "ready", "sent", "since",
    )  # fmt: skip

    def __init__(self, transport: asyncio.Transport, address: str, clock: Callable[[], float]) -> None:
        self._transport = transport
        self._clock = clock
        self._rest: Part | None = None
        self._offset = 0
        self._queue: list[Part] = []
        self._sounds: list[Part] = []
        self._skipping = False
        self._waiting = False
        self.address = address
        self.since = self.progress = clock()
        """Monotonic seconds: of the start, and of the last bytes that the viewer took while it was behind."""
        self.sent = -1  # the head is no frame
        """Frames sent whole."""
        self.dropped = 0
        """Frames that it missed by being slow."""
        self.ready = False
        """Whether the next part may be sent at once."""
        self.fd = self._open()

    def start(self, head: Part, pictures: Iterable[Part]) -> None:
        """Send the answer's head, which is never skipped, and the pictures since the last key frame."""
        self._rest = head
        self._queue.extend(pictures)
        self._skipping = not self._queue
        self.resume()

    def hold(self, part: Part, sent: int) -> None:
        """Send the rest of a part, of which `sent` bytes are gone already, as soon as the socket takes more."""
        self.ready = False
        self._rest, self._offset = part, sent
        self.progress = self._clock()
        self._wait()

    def offer(self, part: Part) -> None:
        """Take a part while not ready: queue it, or drop what the viewer is too slow for."""
        if part.sound:
            self._queue_sound(part)
        else:
            self._queue_picture(part)
        if not self._waiting:
            self.progress = self._clock()
            self.resume()

    def resume(self) -> None:
        """Send what waits: the socket takes more."""
        while part := self._rest or self._next():
            self._rest = part
            try:
                taken = self._send(part, self._offset)
            except BlockingIOError:
                return self._wait()
            except OSError:
                return self.lose()
            self.progress = self._clock()
            self._offset += taken
            if self._offset >= part.size:
                self._rest, self._offset = None, 0
                self.sent += 1
        self._unwait()
        self.ready = self.direct and not self._skipping
        return None

    def drained(self) -> None:
        """Note that nothing waits in the connection's transport any more."""

    def mark(self, tos: int) -> None:
        """Set the type of service of what goes out (Network.Advanced.QoS)."""
        mark(self._socket, tos)

    def stalled(self, limit: float) -> bool:
        """Whether nothing was taken for `limit` seconds, though something waits."""
        return self._rest is not None and self._clock() - self.progress > limit

    def lose(self) -> None:
        """Cut the connection."""
        self.ready = False
        self._unwait()
        self._transport.abort()

    def close(self) -> None:
        """Let go of the socket; the connection itself is its owner's."""
        self.ready = False
        self._unwait()
        self._rest = None
        self._queue.clear()
        self._sounds.clear()
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1

    def _queue_picture(self, part: Part) -> None:
        if len(self._queue) >= part.limit:
            self.dropped += len(self._queue)
            self._queue.clear()
            self._skipping = True
        if part.key:
            self._skipping = False
        if not self._skipping:
            self._queue.append(part)
        elif self.dropped:  # else it was never behind, and only waits for its first key frame
            self.dropped += 1

    def _queue_sound(self, part: Part) -> None:
        if len(self._sounds) == SOUND_PARTS:
            self._sounds.pop(0)
            self.dropped += 1
        self._sounds.append(part)

    def _next(self) -> Part | None:
        # sound first: it is small, and a gap in it is worse than a late picture
        while self._sounds:
            part = self._sounds.pop(0)
            if self._clock() - part.made <= SOUND_AGE:
                return part
            self.dropped += 1
        return self._queue.pop(0) if self._queue else None

    @property
    def _socket(self) -> socket.socket:
        return cast(socket.socket, self._transport.get_extra_info("socket"))

    def _open(self) -> int:
        sock = self._socket
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
        # a peer that vanished without a word is noticed by what it does not acknowledge
        sock.setsockopt(socket.IPPROTO_TCP, _TCP_USER_TIMEOUT, 10_000)
        return os.dup(sock.fileno())

    def _send(self, part: Part, offset: int) -> int:
        return os.sendfile(self.fd, part.fd, offset, part.size - offset)

    def _wait(self) -> None:
        if not self._waiting:
            self._waiting = True
            asyncio.get_running_loop().add_writer(self.fd, self.resume)

    def _unwait(self) -> None:
        if self._waiting:
            self._waiting = False
            asyncio.get_running_loop().remove_writer(self.fd)


class SecureViewer(Viewer):
    """A viewer over TLS: what it gets is encrypted for it alone, so the kernel cannot send from the shared memory."""

    __slots__ = ()

    direct = False

    def drained(self) -> None:
        """Go on if a part waits for that; the transport may call this from inside its write()."""
        if self._waiting:
            self._waiting = False
            self.resume()

    def _open(self) -> int:
        return -1

    def _send(self, part: Part, offset: int) -> int:
        # no more than one part waits here and one below in TCP's transport
        if self._transport.get_write_buffer_size():
            raise BlockingIOError
        self._transport.write(part.read(offset))
        return part.size - offset

    def _wait(self) -> None:
        self._waiting = True  # until `drained`

    def _unwait(self) -> None:
        self._waiting = False
