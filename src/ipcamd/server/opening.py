"""Opening of a connection: what it is between accept and its protocol, TLS handshake included."""

import asyncio
import logging
import socket
import ssl
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable

from ipcamd.server.admission import TLS_BUFFER_BYTES, HandshakeQueue

log = logging.getLogger(__name__)

_TLS_HANDSHAKE = b"\x16"
"""The first byte of a TLS connection: the record type of a handshake (RFC 8446, 5.1)."""


class PendingConnection:
    """A connection over plain TCP until its protocol has it."""

    __slots__ = ("_ended", "_make", "_sock", "_task", "address", "connection", "deadline")

    def __init__(
        self,
        sock: socket.socket,
        address: str,
        deadline: float,
        make: Callable[[], asyncio.BaseProtocol],
        ended: Callable[["PendingConnection"], None],
    ) -> None:
        """`make` makes the protocol; `ended` is called once, when the protocol has the connection or nobody will."""
        self.address = address
        self.deadline = deadline
        self.connection: asyncio.BaseProtocol | None = None
        self._sock = sock
        self._make = make
        self._ended = ended
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._connect()

    def sweep(self, now: float) -> None:
        """Give up what takes too long."""
        if self.deadline < now:
            self.reset()

    def close(self) -> None:
        """Give up: nothing was promised yet."""
        self.reset()

    def reset(self) -> None:
        """Give up."""
        if self._task:
            self._task.cancel()

    def discard(self) -> None:
        """Close the socket, which no protocol has taken."""
        self._sock.close()

    def _connect(self) -> None:
        self.connection = self._make()
        self._task = asyncio.get_running_loop().create_task(self._hand_over(self.connection))
        self._task.add_done_callback(self._done)

    async def _hand_over(self, connection: asyncio.BaseProtocol) -> None:
        await asyncio.get_running_loop().connect_accepted_socket(lambda: connection, self._sock)

    def _done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            log.info("a connection from %s was lost at once: %s", self.address, error)
        self._ended(self)


class PendingTlsConnection(PendingConnection):
    """A TLS connection: a bare socket until the client says something and it is its turn, then a handshake.

    What TLS needs in memory is a hundred times the socket's, so that silent clients get none of it.
    """

    __slots__ = ("_context", "_handshakes", "_queued")

    def __init__(
        self,
        sock: socket.socket,
        address: str,
        deadline: float,
        make: Callable[[], asyncio.BaseProtocol],
        ended: Callable[[PendingConnection], None],
        context: ssl.SSLContext,
        handshakes: HandshakeQueue,
    ) -> None:
        super().__init__(sock, address, deadline, make, ended)
        self._context = context
        self._handshakes = handshakes
        self._queued = False

    def start(self) -> None:
        """See `PendingConnection`."""
        asyncio.get_running_loop().add_reader(self._sock, self._readable)

    def begin(self) -> None:
        """Do the handshake: its turn has come."""
        self._connect()

    def reset(self) -> None:
        """See `PendingConnection`."""
        if self._task:
            self._task.cancel()
            return
        if self._queued:
            self._handshakes.leave(self)
        else:
            asyncio.get_running_loop().remove_reader(self._sock)
        self._ended(self)

    def _readable(self) -> None:
        try:
            first = self._sock.recv(1, socket.MSG_PEEK)
            if first != _TLS_HANDSHAKE:
                self._sock.recv(65536)  # else the kernel resets the connection at its end
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            first = b""
        if first != _TLS_HANDSHAKE:
            self.reset()
            return
        asyncio.get_running_loop().remove_reader(self._sock)
        self._queued = True
        self._handshakes.enter(self)

    async def _hand_over(self, connection: asyncio.BaseProtocol) -> None:
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        tls = _TlsProtocol(loop, connection, self._context, waiter, server_side=True)
        tls.share(self._handshakes.buffer)
        transport, _ = await loop.connect_accepted_socket(lambda: tls, self._sock)
        try:
            await waiter
        except BaseException:
            transport.abort()
            raise

    def _done(self, task: asyncio.Task[None]) -> None:
        self._handshakes.leave(self)
        super()._done(task)


class _TlsProtocol(SSLProtocol):
    """asyncio's TLS without a read buffer of 256 KB for each connection: what arrives is copied on at once."""

    max_size = TLS_BUFFER_BYTES

    def share(self, buffer: bytearray) -> None:
        """Read into this buffer, which all connections of the event loop share."""
        self._ssl_buffer, self._ssl_buffer_view = buffer, memoryview(buffer)
