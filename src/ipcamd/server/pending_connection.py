"""Pending connection: an accepted socket until its client has sent something and its protocol takes it over, including
the TLS handshake."""

import asyncio
import logging
import socket
import ssl
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from ipcamd.server.handshake_queue import TLS_BUFFER_BYTES, HandshakeQueue
from ipcamd.server.tcp_transport import count_unread, release_transport

TlsContext = Callable[[], ssl.SSLContext]
"""Returns the context for the next handshake: the certificate changes while the listener stays."""

log = logging.getLogger(__name__)

_TLS_HANDSHAKE = b"\x16"
"""First byte of a TLS connection: record type "handshake" (RFC 8446, 5.1)."""


class AcceptedSocket(NamedTuple):
    """Accepted TCP connection that waits for its protocol."""

    sock: socket.socket
    address: str
    """The peer's IP address."""
    deadline_s: float
    """Time by the registry's clock until which the client must send something, and finish the TLS handshake."""
    make: Callable[[], asyncio.BaseProtocol]
    """Creates the protocol."""
    ended: Callable[["PendingConnection"], None]
    """Called once: when the protocol has the connection, or on failure."""


class PendingConnection:
    """Accepted TCP connection that its protocol has not taken over yet.

    The protocol and its transport are created at the client's first byte: a silent connection costs little more than
    its socket, and ends with the next sweep after its deadline.
    """

    over_tls = False
    """Whether the connection is or will be encrypted."""

    __slots__ = ("_ended", "_make", "_sock", "_task", "address", "connection", "deadline_s")

    def __init__(self, accepted: AcceptedSocket) -> None:
        self._sock, self.address, self.deadline_s, self._make, self._ended = accepted
        self.connection: asyncio.BaseProtocol | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_unheard(self) -> bool:
        """See `Resettable`: its protocol takes over and reads what it has sent."""
        return self._task is not None or self._has_unread

    def start(self) -> None:
        """Continue if the first byte has arrived, as it usually has under load; otherwise wait for it."""
        if (first := self._peek()) is None:
            asyncio.get_running_loop().add_reader(self._sock, self._readable)
        else:
            self._take(first)

    def sweep(self, now_s: float) -> None:
        """Cancel after the deadline."""
        if self.deadline_s < now_s and not self.is_unheard:
            self.reset()

    def ignore_if_idle(self) -> bool:
        """See `ManagedConnection`."""
        return self._task is None

    def close(self) -> None:
        """Cancel: there is nothing to finish."""
        self.reset()

    def reset(self) -> None:
        """Cancel."""
        if self._task:
            self._task.cancel()
            return
        self._stop_waiting()
        self._ended(self)

    def discard(self) -> None:
        """Close the socket that no protocol has taken over."""
        self._sock.close()

    def _readable(self) -> None:
        if (first := self._peek()) is not None:
            asyncio.get_running_loop().remove_reader(self._sock)
            self._take(first)

    def _peek(self) -> bytes | None:
        """Return the first byte; empty: the connection has ended; None: there is none yet."""
        try:
            return self._sock.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            return b""

    def _take(self, first: bytes) -> None:
        if self._is_right(first):
            self._proceed()
        else:
            self.reset()

    def _is_right(self, first: bytes) -> bool:
        """Whether the client may go on after this first byte; empty: the connection has ended."""
        return bool(first)

    def _proceed(self) -> None:
        self._connect()

    @property
    def _has_unread(self) -> bool:
        return count_unread(self._sock.fileno()) > 0

    def _stop_waiting(self) -> None:
        asyncio.get_running_loop().remove_reader(self._sock)

    def _connect(self) -> None:
        self.connection = self._make()
        self._task = asyncio.get_running_loop().create_task(self._hand_over(self.connection))
        self._task.add_done_callback(self._done)

    async def _hand_over(self, connection: asyncio.BaseProtocol) -> None:
        await asyncio.get_running_loop().connect_accepted_socket(lambda: connection, self._sock)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._task = None  # it refers to this object: a cycle
        if not task.cancelled() and (error := task.exception()):
            log.debug("connection from %s failed: %r", self.address, error)
        self._ended(self)


class PendingTlsConnection(PendingConnection):
    """Accepted TLS connection until the handshake is complete.

    TLS state takes a hundred times the memory of a socket. It is created when the client has sent its first byte and
    the handshake may begin.
    """

    over_tls = True

    __slots__ = ("_context", "_handshakes", "_queued")

    def __init__(self, accepted: AcceptedSocket, context: TlsContext, handshakes: HandshakeQueue) -> None:
        super().__init__(accepted)
        self._context = context
        self._handshakes = handshakes
        self._queued = False

    @property
    def is_unheard(self) -> bool:
        """See `Resettable`. A client that waits for its handshake can be replaced."""
        return self._has_unread and (self._task is not None or not self._queued)

    def begin(self) -> None:
        """Start the handshake: its turn has come."""
        self._connect()

    def _is_right(self, first: bytes) -> bool:
        if first and first != _TLS_HANDSHAKE:
            with suppress(OSError):
                self._sock.recv(65536)  # unread bytes would turn the close into a reset
        return first == _TLS_HANDSHAKE

    def _proceed(self) -> None:
        self._queued = True
        self._handshakes.enter(self)

    def _stop_waiting(self) -> None:
        if self._queued:
            self._handshakes.leave(self)
        else:
            super()._stop_waiting()

    async def _hand_over(self, connection: asyncio.BaseProtocol) -> None:
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        tls = _TlsProtocol(loop, connection, self._context(), waiter, server_side=True)
        tls.share(self._handshakes.buffer)
        transport, _ = await loop.connect_accepted_socket(lambda: tls, self._sock)
        try:
            await waiter
        except BaseException:
            transport.abort()
            raise
        finally:
            del waiter  # the traceback of its exception holds this frame: a cycle that would keep the TLS state

    def _done(self, task: asyncio.Task[None]) -> None:
        self._handshakes.leave(self)
        super()._done(task)


class _TlsProtocol(SSLProtocol):
    """asyncio's TLS protocol without its read buffer of 256 KB per connection."""

    max_size = TLS_BUFFER_BYTES

    def _on_handshake_complete(self, handshake_exc: BaseException | None) -> None:
        """Send what the handshake leaves: an alert, which asyncio does not send, or tickets, which it would report as
        a response that the client has not read."""
        sender: Any = self
        sender._process_outgoing()
        super()._on_handshake_complete(handshake_exc)

    def connection_lost(self, exc: BaseException | None) -> None:
        """End, and leave nothing for the garbage collector."""
        sender: Any = self
        transport = sender._transport
        super().connection_lost(exc)
        release_transport(transport)

    def share(self, buffer: bytearray) -> None:
        """Use this read buffer, which all connections of the event loop share."""
        self._ssl_buffer, self._ssl_buffer_view = buffer, memoryview(buffer)
