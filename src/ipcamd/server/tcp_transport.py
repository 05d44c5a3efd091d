"""TCP transports of connections: options for frames, size of reads, and ways to close."""

import asyncio
import fcntl
import socket
import struct
import sys
import termios
from contextlib import suppress
from typing import Any

_BYTES_ACKED_OFFSET = 120
"""Offset of ``tcpi_bytes_acked`` in the kernel's ``struct tcp_info`` (linux/tcp.h)."""
READ_BYTES = 16 * 1024
"""Maximum bytes of one read; asyncio's default is 256 KB. A waiting client thus needs little memory."""

VANISHED_MS = 10_000
"""Milliseconds without an acknowledgement after which the kernel drops a viewer's connection (TCP_USER_TIMEOUT)."""


def prepare_for_frames(sock: socket.socket, unsent_bytes: int) -> None:
    """Make a viewer's TCP connection send frames at once, end when the viewer has vanished, and hold at most
    `unsent_bytes` in the kernel; more would only delay the picture."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, unsent_bytes)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, VANISHED_MS)


def limit_reads(transport: asyncio.BaseTransport) -> None:
    """Limit the reads of an asyncio transport, and the bytes that TLS buffers while reading is paused."""
    selector: Any = transport
    with suppress(AttributeError):  # of another event loop
        selector.max_size = READ_BYTES
    if transport.get_extra_info("ssl_object"):
        selector.set_read_buffer_limits(READ_BYTES)


def sent_bytes(transport: asyncio.BaseTransport) -> int | None:
    """Return the bytes that the peer of a TCP connection has acknowledged; None if the connection has ended."""
    sock = transport.get_extra_info("socket")
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _BYTES_ACKED_OFFSET + 8)
        return int(struct.unpack_from("=Q", info, _BYTES_ACKED_OFFSET)[0])
    except (OSError, AttributeError, struct.error):
        return None


def has_unread(transport: asyncio.Transport) -> bool:
    """Return whether the peer has sent bytes that the event loop has not read yet, although it reads."""
    sock = transport.get_extra_info("socket")
    return sock is not None and transport.is_reading() and count_unread(sock.fileno()) > 0


def count_unread(file: int) -> int:
    """Return the number of received bytes in the kernel; 0 if the socket is closed."""
    try:
        return int.from_bytes(fcntl.ioctl(file, termios.FIONREAD, bytes(4)), sys.byteorder)
    except (OSError, ValueError):
        return 0


def finish_transport(transport: asyncio.Transport, half_closed: bool) -> None:
    """Close after the client has read everything: closing with unread bytes would reset the connection.

    `half_closed`: the client has closed its sending side; otherwise the camera waits for it.
    """
    if half_closed or not transport.can_write_eof():
        transport.close()
        return
    try:
        transport.write_eof()
    except OSError:  # the client has disconnected, undetected by asyncio
        transport.abort()


def reset_transport(transport: asyncio.Transport) -> None:
    """Close a connection at once with a TCP reset; unsent data is lost."""
    if (sock := transport.get_extra_info("socket")) is not None:  # TLS: it is None when the connection has just ended
        reset_on_close(sock)
    transport.abort()


class _SocketOnly:
    """Information about a transport of which only the socket is needed, in place of asyncio's dictionary."""

    __slots__ = ("_socket",)

    def __init__(self, sock: object) -> None:
        self._socket = sock

    def get(self, name: str, default: object = None) -> object:
        """Return the socket, or `default` for all else."""
        return self._socket if name == "socket" else default


def forget_addresses(transport: asyncio.BaseTransport) -> None:
    """Release the socket addresses that asyncio stores for a connection over plain TCP: 0.4 KB of a viewer's memory.

    ``get_extra_info`` does not return them from now on.
    """
    selector: Any = transport
    if isinstance(getattr(selector, "_extra", None), dict):
        selector._extra = _SocketOnly(selector.get_extra_info("socket"))


def release_transport(transport: asyncio.BaseTransport | None) -> None:
    """Break the reference cycle of a closed asyncio transport: it is freed at once, not by the garbage collector."""
    selector: Any = transport
    if hasattr(selector, "_read_ready_cb"):
        selector._read_ready_cb = None


def reset_on_close(sock: socket.socket) -> None:
    """Make the close of a socket reset its connection."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
