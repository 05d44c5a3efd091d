"""HTTP viewer: sends one viewer's buffers, queues them while its socket is full, and counts dropped frames."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterable
from typing import cast

from ipcamd.media.codecs import Codec
from ipcamd.media.stream.key_frame_queue import FrameQueue
from ipcamd.media.stream.traffic import StreamTraffic, ViewerIdentity
from ipcamd.server.http.streaming.shared_buffer import SharedBuffer
from ipcamd.server.qos import set_tos
from ipcamd.server.tcp_transport import prepare_for_frames

UNSENT = 32 * 1024
"""Maximum unsent bytes in the kernel for a slow viewer."""
MAX_FRAMES = 30
"""Maximum number of pictures that wait for a slow viewer. For an intra-only codec it is one: the newest."""
MAX_SOUNDS = 32
"""Maximum number of audio blocks that wait for a slow viewer."""
SOUND_AGE_S = 1.0
"""Maximum age of audio in seconds; older audio would be further behind the picture."""


def max_frames(codec: Codec) -> int:
    """Return the maximum number of pictures of this codec that wait for a slow viewer."""
    return 1 if codec.intra_only else MAX_FRAMES


class Viewer:
    """Sends buffers over a duplicate of a connection's socket; asyncio keeps the original and reads from it.

    The fan-out itself sends to a viewer that is `ready` and offers the buffer to any other, which queues it. A viewer
    that falls too far behind skips to the newest key frame (of JPEG: to the newest picture).
    """

    direct = True
    """Whether the fan-out may send to `fd` itself."""

    __slots__ = (
        "_max_frames", "_now_s", "_offset", "_queue", "_rest", "_sounds", "_transport", "_waiting", "dropped", "fd",
        "identity", "progress_s", "ready", "sent", "since_s",
    )  # fmt: skip

    def __init__(
        self, transport: asyncio.Transport, identity: ViewerIdentity, max_frames: int, now_s: Callable[[], float]
    ) -> None:
        """`max_frames` is the maximum number of waiting pictures."""
        self._transport = transport
        self._now_s = now_s
        self._rest: SharedBuffer | None = None
        self._offset = 0
        self._max_frames = max_frames
        # created when they are needed, because most viewers are never behind
        self._queue: FrameQueue[SharedBuffer] | None = None
        self._sounds: list[SharedBuffer] | None = None
        self._waiting = False
        self.identity = identity
        self.since_s = self.progress_s = now_s()
        """Monotonic times of the start, and of the last progress while the viewer was behind."""
        self.sent = -1  # the response header is not a frame
        """Frames sent completely."""
        self.dropped = 0
        """Frames dropped because the viewer is slow."""
        self.ready = False
        """Whether the next buffer may be sent at once."""
        self.fd = self._open()

    def start(self, head: SharedBuffer, pictures: Iterable[SharedBuffer]) -> None:
        """Send the response header, which is never skipped, then the present GOP."""
        self._rest = head
        self._queue = FrameQueue(self._max_frames)
        self._queue.begin(pictures)
        self.resume()

    def hold(self, buffer: SharedBuffer, sent: int) -> None:
        """Send the rest of a buffer as soon as the socket accepts more; `sent` bytes are already sent."""
        self.ready = False
        self._rest, self._offset = buffer, 0
        self._took(buffer, sent)
        self.progress_s = self._now_s()
        self._wait()

    def offer(self, buffer: SharedBuffer) -> None:
        """Queue a buffer for a viewer that is not ready; drop frames if it is too far behind."""
        if buffer.sound:
            self._queue_audio(buffer)
        else:
            self._queue_picture(buffer)
        if not self._waiting:
            self.progress_s = self._now_s()
            self.resume()

    def resume(self) -> None:
        """Send queued buffers, because the socket accepts more."""
        while buffer := self._rest or self._next():
            self._rest = buffer
            try:
                taken = self._send(buffer, self._offset)
            except BlockingIOError:
                return self._wait()
            except OSError:
                return self.abort()
            self.progress_s = self._now_s()
            self._took(buffer, taken)
        self._unwait()
        if self.direct and (self._queue is None or not self._queue.skipping):
            self._queue, self.ready = None, True
        return None

    def drained(self) -> None:
        """Record that no bytes wait in the connection's transport."""

    def mark(self, tos: int) -> None:
        """Set the type of service of outgoing packets (Network.Advanced.QoS)."""
        set_tos(self._socket, tos)

    def stalled(self, limit_s: float) -> bool:
        """Whether no bytes were accepted for `limit_s` seconds although a buffer waits."""
        return self._rest is not None and self._now_s() - self.progress_s > limit_s

    def abort(self) -> None:
        """Close the connection; bytes that wait in the camera are not sent."""
        self.ready = False
        self._unwait()
        self._transport.abort()

    def close(self) -> None:
        """Close the duplicate of the socket; its owner closes the connection."""
        self.ready = False
        self._unwait()
        self._rest = None
        self._queue = self._sounds = None
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1

    def _took(self, buffer: SharedBuffer, size_bytes: int) -> None:
        self._offset += size_bytes
        if buffer.traffic:
            buffer.traffic.bytes_sent += size_bytes
        if self._offset >= buffer.size_bytes:
            self._rest, self._offset = None, 0
            self.sent += 1
            if buffer.traffic:
                buffer.traffic.frames_sent += 1

    def _queue_picture(self, buffer: SharedBuffer) -> None:
        if self._queue is None:
            self._queue = FrameQueue(self._max_frames, begun=True)
        before = self._queue.dropped
        self._queue.put(buffer)
        if missed := self._queue.dropped - before:
            self._drop(buffer.traffic, missed)

    def _drop(self, traffic: StreamTraffic | None, count: int) -> None:
        self.dropped += count
        if traffic:
            traffic.drop(self.identity, count)

    def _queue_audio(self, buffer: SharedBuffer) -> None:
        sounds = self._sounds = self._sounds or []
        if len(sounds) == MAX_SOUNDS:
            self._drop(sounds.pop(0).traffic, 1)
        sounds.append(buffer)

    def _next(self) -> SharedBuffer | None:
        # audio first: it is small, and a gap in it is worse than a late picture
        while self._sounds:
            buffer = self._sounds.pop(0)
            if self._now_s() - buffer.made_s <= SOUND_AGE_S:
                return buffer
            self._drop(buffer.traffic, 1)
        return self._queue.pop() if self._queue else None

    @property
    def _socket(self) -> socket.socket:
        return cast(socket.socket, self._transport.get_extra_info("socket"))

    def _open(self) -> int:
        prepare_for_frames(self._socket, UNSENT)
        return os.dup(self._socket.fileno())

    def _send(self, buffer: SharedBuffer, offset: int) -> int:
        return os.sendfile(self.fd, buffer.fd, offset, buffer.size_bytes - offset)

    def _wait(self) -> None:
        if not self._waiting:
            self._waiting = True
            asyncio.get_running_loop().add_writer(self.fd, self.resume)

    def _unwait(self) -> None:
        if self._waiting:
            self._waiting = False
            asyncio.get_running_loop().remove_writer(self.fd)


class TlsViewer(Viewer):
    """Viewer over TLS. Its bytes are encrypted for it alone, so the kernel cannot send them from shared memory."""

    __slots__ = ()

    direct = False

    def drained(self) -> None:
        """Continue if a buffer waits for this. The transport may call this from inside its write()."""
        if self._waiting:
            self._waiting = False
            self.resume()

    def _open(self) -> int:
        return -1

    def _send(self, buffer: SharedBuffer, offset: int) -> int:
        # no more than one buffer waits here and one below in TCP's transport
        if self._transport.get_write_buffer_size():
            raise BlockingIOError
        self._transport.write(buffer.read(offset))
        return buffer.size_bytes - offset

    def _wait(self) -> None:
        self._waiting = True  # until `drained`

    def _unwait(self) -> None:
        self._waiting = False
