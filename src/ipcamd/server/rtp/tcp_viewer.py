"""TCP writer, batch sender and viewer: responses and interleaved packets on RTSP connections (RFC 2326, 10.12)."""

import asyncio
import errno
import os
import socket
from array import array
from collections.abc import Collection
from typing import TYPE_CHECKING, Self, cast

from ipcamd.media.stream.traffic import ViewerIdentity
from ipcamd.server.qos import set_tos
from ipcamd.server.rtp.frame import RtpFrame
from ipcamd.server.rtp.rtp_viewer import RtpViewer
from ipcamd.server.tcp_transport import prepare_for_frames
from ipcamd.wire.rtsp.message import interleave

if TYPE_CHECKING:  # imported when many viewers are connected
    from ipcamd.server.rtp.send_ring import SendRing

BACKLOG = 64 * 1024
"""Bytes that may wait for a slow client before frames are skipped; the last frame may exceed them."""
UNSENT = 64 * 1024
"""Maximum unsent bytes in the kernel."""
MIN_CONNECTIONS = 8
"""Connections from which on one system call for all takes less time than one for each."""


class TcpWriter:
    """Writes to a transport. Bytes that the socket accepts at once bypass asyncio."""

    __slots__ = ("_drained", "_limit", "_plain", "_since_s", "_size", "_transport", "fd", "ready", "viewers")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._size, self._since_s = 0, 0.0
        self._limit = BACKLOG
        self._drained: asyncio.Future[None] | None = None
        """Done when nothing waits any more; None if no task waits for that."""
        self.viewers: set[TcpViewer] = set()
        """Viewers on this connection."""
        sock = self._socket
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            prepare_for_frames(sock, UNSENT)
        self._plain = transport.get_extra_info("ssl_object") is None
        self.ready = self._plain
        """Nothing waits, and bytes may be sent to `fd`."""
        self.fd = sock.fileno()
        """Descriptor of the transport; `detach` drops it before the transport closes it."""

    def start(self) -> None:
        """Make asyncio report when bytes wait and when none do.

        The connection must hold this writer first: over TLS the first call may come at once.
        """
        self._transport.set_write_buffer_limits(0)

    @property
    def _socket(self) -> socket.socket:
        return cast(socket.socket, self._transport.get_extra_info("socket"))

    @property
    def waiting(self) -> int:
        """Bytes that the client has not taken yet."""
        return self._transport.get_write_buffer_size()

    @property
    def is_full(self) -> bool:
        """Whether the backlog is full, or the connection ends: asyncio fails if a closing one is written to."""
        return self.waiting > self._limit or self._transport.is_closing()

    def pause(self) -> None:
        """Record that bytes wait, or that nothing may be sent any more."""
        self.ready = False
        for viewer in self.viewers:
            viewer.fd = -1

    def resume(self) -> None:
        """Record that no bytes wait any more."""
        self.ready = self._plain and not self._transport.is_closing()
        self._limit = BACKLOG
        if self._drained and not self._drained.done():
            self._drained.set_result(None)
        self._drained = None

    async def drain(self) -> None:
        """Wait until nothing waits, if the backlog is full; for ever if the client does not read."""
        while self.waiting > BACKLOG:
            self._drained = self._drained or asyncio.get_running_loop().create_future()
            await asyncio.shield(self._drained)

    def write(self, data: bytes) -> None:
        """Write `data` regardless of the backlog."""
        self._transport.write(data)

    def write_start(self, data: bytes) -> None:
        """Send a viewer's first frames, which do not count as backlog."""
        self._transport.write(data)
        self._limit = self.waiting + BACKLOG

    def try_write(self, data: bytes) -> bool:
        """Send `data` unless the backlog is full; return whether it was sent."""
        if self.is_full:
            return False
        self._transport.write(data)
        return True

    def write_rest(self, data: bytes, sent: int) -> None:
        """Send the rest of `data`; `sent` bytes are already sent."""
        self._transport.write(memoryview(data)[sent:])

    def detach(self) -> None:
        """Drop the descriptor: the connection has ended and asyncio is about to close it."""
        self.pause()
        self.fd = -1

    def stalled_s(self, now_s: float) -> float:
        """Return the seconds for which the client has taken none of the waiting bytes. Call it regularly."""
        size = self.waiting
        if size == 0 or size != self._size:
            self._size, self._since_s = size, now_s
        return now_s - self._since_s

    def mark(self, tos: int) -> None:
        """Set the type of service of outgoing packets (Network.Advanced.QoS)."""
        set_tos(self._socket, tos)

    def abort(self) -> None:
        """Reset the connection; waiting bytes are lost."""
        self.pause()
        self._transport.abort()

    def close(self) -> None:
        """Close the connection after all waiting bytes have been sent."""
        self.pause()
        self._transport.close()


class BatchSender:
    """Sends the same bytes to many connections, with one system call where the kernel allows it."""

    def __init__(self) -> None:
        self._ring: SendRing | None = None
        self._has_ring = True
        self.changes = 0
        """Number of changes of its viewers' descriptors."""

    def send(self, fds: "array[int]", data: bytes) -> dict[int, int]:
        """Send `data` to non-blocking stream sockets.

        Return the results of those that did not accept all, by place: the number of bytes accepted, or the error as a
        negative number.
        """
        if len(fds) >= MIN_CONNECTIONS and (ring := self._open()):
            return ring.send(fds, data)
        size = len(data)
        return {place: sent for place, fd in enumerate(fds) if (sent := _send(fd, data)) != size}

    def close(self) -> None:
        """Release the kernel's queue."""
        if self._ring:
            self._ring.close()
            self._ring = None

    def _open(self) -> "SendRing | None":
        """Return the ring, opened at the first call; None if the kernel has none: containers often forbid it."""
        if self._ring is None and self._has_ring:
            from ipcamd.server.rtp.send_ring import SendRing

            try:
                self._ring = SendRing()
            except OSError:
                self._has_ring = False
        return self._ring


class InterleavedBatch:
    """Viewers of one stream on one pair of channels, to which the same bytes are sent.

    Equal to any other of these channels and this sender. Most clients choose the same channels.
    """

    __slots__ = ("_channels", "_fds", "_ready", "_selected", "_sender", "bytes_sent")

    def __init__(self, channels: tuple[int, int], sender: BatchSender) -> None:
        """`channels` are the channels of RTP and RTCP."""
        self._channels, self._sender = channels, sender
        # the viewers that are not behind, and their descriptors: the objects of the viewers are not read for each frame
        self._ready: list[TcpViewer] = []
        self._fds = array("i")
        self._selected = -1
        self.bytes_sent = 0
        """Bytes sent to each of these viewers since their selection."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, InterleavedBatch):
            return NotImplemented
        return self._channels == other._channels and self._sender is other._sender

    def __hash__(self) -> int:
        return hash((self._channels, id(self._sender)))

    def send(self, viewers: "Collection[TcpViewer]", frame: RtpFrame) -> int:
        """Send a frame, see `RtpViewer.send_batch`."""
        behind, failed = self._send(viewers, frame.framed(self._channels[0]))
        self.bytes_sent += frame.size_bytes
        for viewer in behind:
            viewer.offer(frame)
        return len(behind) + failed

    def report(self, viewers: "Collection[TcpViewer]", packet: bytes) -> None:
        """Send an RTCP packet, see `RtpViewer.report_batch`."""
        behind, _ = self._send(viewers, interleave(self._channels[1], (packet,)))
        for viewer in behind:
            viewer.report(packet)

    def _send(self, viewers: "Collection[TcpViewer]", data: bytes) -> "tuple[list[TcpViewer], int]":
        """Send to all viewers that are not behind; return those that are, and the number of failures."""
        if self._selected != self._sender.changes or len(self._ready) != len(viewers):
            self._select(viewers)
        ready = self._ready
        behind = [viewer for viewer in viewers if viewer.fd < 0] if len(ready) != len(viewers) else []
        short = self._sender.send(self._fds, data)
        return behind, sum(not ready[place].finish(data, sent) for place, sent in short.items())

    def _select(self, viewers: "Collection[TcpViewer]") -> None:
        for viewer in self._ready:
            if viewer.batch is self:
                viewer.leave_batch()
        self.bytes_sent, self._selected = 0, self._sender.changes
        self._ready = [viewer for viewer in viewers if viewer.fd >= 0]
        self._fds = array("i", [viewer.fd for viewer in self._ready])
        for viewer in self._ready:
            viewer.batch = self


class TcpViewer(RtpViewer):
    """Viewer that receives a stream interleaved on its RTSP connection."""

    __slots__ = ("_channel", "_control", "_fd", "_sender", "_writer", "batch")

    def __init__(
        self, identity: ViewerIdentity, writer: TcpWriter, channels: tuple[int, int], sender: BatchSender
    ) -> None:
        """`channels` are the channels of RTP and RTCP."""
        super().__init__(identity)
        self._writer = writer
        self._channel, self._control = channels
        self._sender = sender
        self._fd = -1
        self.batch: InterleavedBatch | None = None
        """Batch that has selected this viewer."""

    @property
    def fd(self) -> int:
        """Descriptor to which frames are sent; -1 while the viewer is behind."""
        return self._fd

    @fd.setter
    def fd(self, fd: int) -> None:
        if fd != self._fd:
            self._fd = fd
            self._sender.changes += 1

    @property
    def bytes_sent(self) -> int:
        """See `RtpViewer`."""
        return self._bytes_sent + (self.batch.bytes_sent if self.batch else 0)

    def leave_batch(self) -> None:
        """Count the bytes that its batch has sent to it."""
        self._bytes_sent, self.batch = self.bytes_sent, None

    @property
    def batch_key(self) -> InterleavedBatch:
        """See `RtpViewer`."""
        return InterleavedBatch((self._channel, self._control), self._sender)

    @classmethod
    def send_batch(cls, batch_key: InterleavedBatch, viewers: Collection[Self], frame: RtpFrame) -> int:
        """See `RtpViewer`."""
        return batch_key.send(viewers, frame)

    @classmethod
    def report_batch(cls, batch_key: InterleavedBatch, viewers: Collection[Self], packet: bytes) -> None:
        """See `RtpViewer`."""
        batch_key.report(viewers, packet)

    def finish(self, data: bytes, sent: int) -> bool:
        """Send the rest of `data` after a result of `BatchSender.send`; return False if the connection has failed."""
        if sent < 0 and -sent not in (errno.EAGAIN, errno.EINTR):
            self._writer.abort()
            return False
        self._writer.write_rest(data, max(0, sent))
        return True

    def start(self, gop: list[RtpFrame]) -> None:
        """See `RtpViewer`."""
        self._writer.viewers.add(self)
        super().start(gop)

    def offer(self, frame: RtpFrame) -> None:
        """See `RtpViewer`."""
        super().offer(frame)
        self.fd = self._writer.fd if self._writer.ready and not self.skipping else -1

    def pause(self, newest: RtpFrame | None) -> None:
        """See `RtpViewer`. Waiting bytes are still sent, because they may begin in the middle of a packet."""
        super().pause(newest)
        self._writer.viewers.discard(self)
        self.leave_batch()
        self.fd = -1

    async def deliver(self, frame: RtpFrame) -> None:
        """Send a frame and wait until the client has taken most of the data; nothing is skipped."""
        self._writer.write(frame.framed(self._channel))
        self._bytes_sent += frame.size_bytes
        await self._writer.drain()

    def report(self, packet: bytes) -> None:
        """See `RtpViewer`."""
        self._writer.try_write(interleave(self._control, (packet,)))

    def _send_first(self, gop: list[RtpFrame]) -> None:
        self._writer.write_start(b"".join([frame.framed(self._channel) for frame in gop]))

    def _send(self, frame: RtpFrame) -> bool:
        return self._writer.try_write(frame.framed(self._channel))


def _send(fd: int, data: bytes) -> int:
    try:
        return os.write(fd, data)
    except OSError as error:
        return -(error.errno or 1)
