"""The way to a client on its TCP connection: answers and interleaved packets, one after the other."""

import asyncio
import os
import socket
from typing import cast

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

    __slots__ = ("_fd", "_since", "_size", "_transport", "full")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.full = False
        """Something waits: kept by the connection, which asyncio tells."""
        self._size, self._since = 0, 0.0
        # with a limit of 0 asyncio tells as soon as something waits, and when nothing does any more
        transport.set_write_buffer_limits(0)
        sock = self._socket
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
            sock.setsockopt(socket.IPPROTO_TCP, _TCP_USER_TIMEOUT, VANISHED)
        encrypted = transport.get_extra_info("ssl_object") is not None
        self._fd = -1 if encrypted else sock.fileno()

    @property
    def _socket(self) -> socket.socket:
        return cast(socket.socket, self._transport.get_extra_info("socket"))

    @property
    def waiting(self) -> int:
        """Bytes that the client has not taken yet."""
        return self._transport.get_write_buffer_size()

    def write(self, data: bytes) -> None:
        """Send it, however much waits already."""
        self._transport.write(data)

    def offer(self, data: bytes) -> bool:
        """Send it unless the client is too far behind; return whether."""
        if self.full or self._fd < 0:
            if self.waiting > BACKLOG:
                return False
            self._transport.write(data)
            return True
        try:
            sent = os.write(self._fd, data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.abort()
            return False
        if sent != len(data):
            self._transport.write(memoryview(data)[sent:])
        return True

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
        self._fd = -1
        self._transport.abort()

    def close(self) -> None:
        """End the connection when what waits has gone out."""
        self._fd = -1
        self._transport.close()


def mark(sock: socket.socket, tos: int) -> None:
    """Set the type of service of a socket's packets."""
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, tos)
    elif sock.family == socket.AF_INET:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, tos)


class LineViewer(Viewer):
    """A viewer who gets a stream interleaved on the RTSP connection."""

    __slots__ = ("_channel", "_control", "_line")

    def __init__(self, line: Line, channels: tuple[int, int]) -> None:
        """`channels` for RTP and for RTCP."""
        super().__init__()
        self._line = line
        self._channel, self._control = channels

    def report(self, packet: bytes) -> None:
        """See `Viewer`."""
        self._line.offer(interleave(self._control, (packet,)))

    def pause(self) -> None:
        """See `Viewer`: what waits is on its way, and may be cut in the middle of a packet; let it go out."""

    def _open(self, group: list[Unit]) -> None:
        self._line.write(b"".join([unit.framed(self._channel) for unit in group]))

    def _send(self, unit: Unit) -> bool:
        return self._line.offer(unit.framed(self._channel))
