"""The way to a client on its TCP connection: answers and interleaved packets, one after the other."""

import asyncio
import socket
from collections.abc import Callable, Iterable
from typing import Self, cast

from ipcamd.media.traffic import ViewerIdentity
from ipcamd.server.qos import mark
from ipcamd.server.rtsp.unit import Unit
from ipcamd.server.rtsp.viewer import Viewer
from ipcamd.wire.rtsp import interleave

BACKLOG = 64 * 1024
"""Bytes that may wait for a slow client before frames are skipped; the last frame may reach beyond it."""
UNSENT = 64 * 1024
"""Bytes that may wait unsent in the kernel: more would only make the picture older."""
VANISHED = 10_000
"""Milliseconds without an acknowledgement until the kernel gives a client up."""
_TCP_USER_TIMEOUT = 18


class Line:
    """Sends on a transport; what the socket takes at once goes there past asyncio."""

    __slots__ = ("_limit", "_own", "_plain", "_since", "_size", "_transport", "ready", "send", "viewers")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._size, self._since = 0, 0.0
        self._limit = BACKLOG
        self.viewers: set[LineViewer] = set()
        """Those who are sent to just now."""
        sock = self._socket
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
            sock.setsockopt(socket.IPPROTO_TCP, _TCP_USER_TIMEOUT, VANISHED)
        self._plain = transport.get_extra_info("ssl_object") is None
        self.ready = self._plain
        """Nothing waits, and `send` may be called."""
        # the transport's own descriptor, past asyncio; given up in `lost` before the transport closes it
        self._own = socket.socket(sock.family, sock.type, sock.proto, fileno=sock.fileno())
        self.send = self._own.send

    def begin(self) -> None:
        """Have the connection told as soon as something waits, and when nothing does any more: it must know this line
        by now, since over TLS it may be told at once."""
        self._transport.set_write_buffer_limits(0)

    @property
    def _socket(self) -> socket.socket:
        return cast(socket.socket, self._transport.get_extra_info("socket"))

    @property
    def waiting(self) -> int:
        """Bytes that the client has not taken yet."""
        return self._transport.get_write_buffer_size()

    def filled(self) -> None:
        """Something waits now, or nothing may be sent any more."""
        self.ready = False
        for viewer in self.viewers:
            viewer.send = None

    def emptied(self) -> None:
        """Nothing waits any more."""
        self.ready = self._plain and not self._transport.is_closing()
        self._limit = BACKLOG

    def write(self, data: bytes) -> None:
        """Send it, however much waits already."""
        self._transport.write(data)

    def open(self, data: bytes) -> None:
        """Send what a viewer needs to start, which may be much; it does not count as being behind."""
        self._transport.write(data)
        self._limit = self.waiting + BACKLOG

    def offer(self, data: bytes) -> bool:
        """Send it unless the client is too far behind; return whether."""
        if self.waiting > self._limit:
            return False
        self._transport.write(data)
        return True

    def hold(self, data: bytes, sent: int) -> None:
        """Send the rest of `data`, of which `sent` bytes are gone already."""
        self._transport.write(memoryview(data)[sent:])

    def lost(self) -> None:
        """The connection has ended, and its descriptor is about to be closed."""
        self.filled()
        self._own.detach()

    def stalled(self, now: float) -> float:
        """Return for how many seconds the client has taken nothing of what waits; call it regularly."""
        size = self.waiting
        if size == 0 or size != self._size:
            self._size, self._since = size, now
        return now - self._since

    def mark(self, tos: int) -> None:
        """Set the type of service of what goes out (Network.Advanced.QoS)."""
        mark(self._socket, tos)

    def abort(self) -> None:
        """Cut the connection; what waits is lost."""
        self.filled()
        self._transport.abort()

    def close(self) -> None:
        """End the connection when what waits has gone out."""
        self.filled()
        self._transport.close()


class LineViewer(Viewer):
    """A viewer who gets a stream interleaved on the RTSP connection."""

    __slots__ = ("_channel", "_control", "_line", "send")

    def __init__(self, identity: ViewerIdentity, line: Line, channels: tuple[int, int]) -> None:
        """`channels` for RTP and for RTCP."""
        super().__init__(identity)
        self.send: Callable[[bytes], int] | None = None
        """Sends to the socket; None while it is not in step."""
        self._line = line
        self._channel, self._control = channels

    @property
    def crowd(self) -> int:
        """See `Viewer`: the channel, and most clients choose the same."""
        return self._channel

    @classmethod
    def fan(cls, crowd: int, viewers: Iterable[Self], unit: Unit) -> int:
        """See `Viewer`."""
        data = unit.framed(crowd)
        size, in_step = len(data), 0
        for viewer in viewers:
            send = viewer.send
            if send is None:
                viewer.take(unit)
                continue
            try:
                sent = send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                viewer._line.abort()
                continue
            in_step += 1
            if sent != size:
                viewer._line.hold(data, sent)
        return in_step

    def start(self, group: list[Unit]) -> None:
        """See `Viewer`."""
        self._line.viewers.add(self)
        super().start(group)

    def take(self, unit: Unit) -> None:
        """See `Viewer`."""
        super().take(unit)
        self.send = self._line.send if self._line.ready and not self.skipping else None

    def pause(self, newest: Unit | None) -> None:
        """See `Viewer`: what waits may be cut in the middle of a packet, so it goes out."""
        super().pause(newest)
        self._line.viewers.discard(self)
        self.send = None

    def report(self, packet: bytes) -> None:
        """See `Viewer`."""
        self._line.offer(interleave(self._control, (packet,)))

    def _open(self, group: list[Unit]) -> None:
        self._line.open(b"".join([unit.framed(self._channel) for unit in group]))

    def _send(self, unit: Unit) -> bool:
        return self._line.offer(unit.framed(self._channel))
