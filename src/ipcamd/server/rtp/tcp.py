"""TCP writer and viewer: responses and interleaved packets on one RTSP connection (RFC 2326, 10.12)."""

import asyncio
import socket
from collections.abc import Callable, Iterable
from typing import Self, cast

from ipcamd.media.stream.traffic import ViewerIdentity
from ipcamd.server.qos import set_tos
from ipcamd.server.rtp.frame import RtpFrame
from ipcamd.server.rtp.viewer import RtpViewer
from ipcamd.wire.rtsp.message import interleave

BACKLOG = 64 * 1024
"""Bytes that may wait for a slow client before frames are skipped; the last frame may exceed them."""
UNSENT = 64 * 1024
"""Maximum unsent bytes in the kernel; more would only delay the picture."""
VANISHED = 10_000
"""Milliseconds without an acknowledgement after which the kernel drops a connection (TCP_USER_TIMEOUT)."""
_TCP_USER_TIMEOUT = 18


class TcpWriter:
    """Writes to a transport. Bytes that the socket accepts at once bypass asyncio."""

    __slots__ = ("_drained", "_limit", "_own", "_plain", "_since_s", "_size", "_transport", "ready", "send", "viewers")

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
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
            sock.setsockopt(socket.IPPROTO_TCP, _TCP_USER_TIMEOUT, VANISHED)
        self._plain = transport.get_extra_info("ssl_object") is None
        self.ready = self._plain
        """Nothing waits, and `send` may be called."""
        # descriptor of the transport; `detach` drops it before the transport closes it
        self._own = socket.socket(sock.family, sock.type, sock.proto, fileno=sock.fileno())
        self.send = self._own.send

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
            viewer.send = None

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
        self._own.detach()

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


class TcpViewer(RtpViewer):
    """Viewer that receives a stream interleaved on its RTSP connection."""

    __slots__ = ("_channel", "_control", "_writer", "send")

    def __init__(self, identity: ViewerIdentity, writer: TcpWriter, channels: tuple[int, int]) -> None:
        """`channels` are the channels of RTP and RTCP."""
        super().__init__(identity)
        self.send: Callable[[bytes], int] | None = None
        """Sends to the socket; None while the viewer is behind."""
        self._writer = writer
        self._channel, self._control = channels

    @property
    def batch_key(self) -> int:
        """See `RtpViewer`. Most clients choose the same channel."""
        return self._channel

    @classmethod
    def send_batch(cls, batch_key: int, viewers: Iterable[Self], frame: RtpFrame) -> int:
        """See `RtpViewer`."""
        data = frame.framed(batch_key)
        size, behind = len(data), 0
        for viewer in viewers:
            send = viewer.send
            if send is None:
                behind += 1
                viewer.offer(frame)
                continue
            try:
                sent = send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                behind += 1
                viewer._writer.abort()
                continue
            viewer.bytes_sent += size
            if sent != size:
                viewer._writer.write_rest(data, sent)
        return behind

    def start(self, gop: list[RtpFrame]) -> None:
        """See `RtpViewer`."""
        self._writer.viewers.add(self)
        super().start(gop)

    def offer(self, frame: RtpFrame) -> None:
        """See `RtpViewer`."""
        super().offer(frame)
        self.send = self._writer.send if self._writer.ready and not self.skipping else None

    def pause(self, newest: RtpFrame | None) -> None:
        """See `RtpViewer`. Waiting bytes are still sent, because they may begin in the middle of a packet."""
        super().pause(newest)
        self._writer.viewers.discard(self)
        self.send = None

    async def deliver(self, frame: RtpFrame) -> None:
        """Send a frame and wait until the client has taken most of the data; nothing is skipped."""
        self._writer.write(frame.framed(self._channel))
        self.bytes_sent += frame.size_bytes
        await self._writer.drain()

    def report(self, packet: bytes) -> None:
        """See `RtpViewer`."""
        self._writer.try_write(interleave(self._control, (packet,)))

    def _send_first(self, gop: list[RtpFrame]) -> None:
        self._writer.write_start(b"".join([frame.framed(self._channel) for frame in gop]))

    def _send(self, frame: RtpFrame) -> bool:
        return self._writer.try_write(frame.framed(self._channel))
