"""Registry of one service's connections: admission, deadlines, tasks and a bounded end, whatever the protocol."""

import asyncio
import contextlib
import logging
import math
import resource
import socket
import ssl
import struct
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Protocol, cast

from ipcamd.server.admission import Admission
from ipcamd.server.listener import Listener, listen
from ipcamd.server.opening import PendingConnection, PendingTlsConnection

log = logging.getLogger(__name__)

SWEEP_S = 1.0
"""Seconds between two looks at all deadlines: one timer for all connections, and none without."""
CLOSE_S = 0.5
"""Seconds that actions at work get to answer, and clients to take their answers, when the service closes."""
WARN_EVERY_S = 60.0
"""Seconds between two warnings of connections that were refused."""
RELEASE_S = 0.25
"""Seconds that cancelled tasks and reset connections get to end."""


class ManagedConnection(Protocol):
    """A connection, as the registry needs it."""

    address: str
    """The peer's IP address, IPv4-mapped IPv6 as IPv4."""

    def sweep(self, now: float) -> None:
        """Act on deadlines that have passed; called about once a second, `now` is the registry's clock."""

    def close(self) -> None:
        """End when what is being answered has been answered."""

    def reset(self) -> None:
        """End at once; what waits to be sent is lost."""


class Registry:
    """Accepts, counts, watches and ends the connections of one service.

    Services share one `Admission`. A connection is counted from accept until `leave`.
    """

    def __init__(self, admission: Admission | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: monotonic seconds, by which all deadlines are."""
        self.admission = admission or Admission()
        self.limits = self.admission.limits
        self.clock = clock
        self.closing = False
        self._listeners: list[Listener] = []
        self._connections: dict[ManagedConnection, str] = {}
        """With the address that each was admitted for."""
        self._unmade: dict[asyncio.BaseProtocol, str] = {}
        """Protocols that have no connection yet, likewise."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._sweepers: list[Callable[[float], bool]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._emptied = asyncio.Event()
        self._refused, self._warned = 0, -math.inf

    def __len__(self) -> int:
        return len(self._connections)

    def __iter__(self) -> Iterator[ManagedConnection]:
        return iter(tuple(self._connections))

    async def listen(
        self,
        protocol: Callable[[], asyncio.BaseProtocol],
        hosts: Sequence[str],
        port: int,
        tls: ssl.SSLContext | None = None,
        refusal: bytes = b"",
    ) -> Listener:
        """Listen on one more port; 0 takes a free one. `refusal` is sent, without TLS, to a client that is too many.

        To move to another port, open that first, answer, and close the old listener: its connections go on.
        Raises ``ConfigError``.
        """
        _raise_file_limit()

        def accept(sock: socket.socket, address: str) -> None:
            if self.closing or not self.admission.allows(address):
                _reset(sock)
            elif not self.admission.admit(address):
                self._count_refusal(address)
                _refuse(sock, b"" if tls else refusal)
            else:
                self._open(sock, address, protocol, tls)

        self._listeners.append(listener := await listen(accept, hosts, port))
        return listener

    def enter(self, connection: ManagedConnection) -> str:
        """Take over a connection that was admitted: sweep it, and close it at the end. Return its address."""
        address = self._unmade.pop(cast(asyncio.BaseProtocol, connection), connection.address)
        self._connections[connection] = address
        self.admission.expect_request(address, connection)
        self._emptied.clear()
        if self.closing:
            connection.reset()
        else:
            self.keep_sweeping()
        return address

    def note_request(self, connection: ManagedConnection) -> None:
        """Note that a connection has sent its first request: it will not make room for others any more."""
        if connection in self._connections:
            self.admission.note_request(self._connections[connection], connection)

    def leave(self, connection: ManagedConnection) -> None:
        """Count out a connection that has ended."""
        if connection in self._connections:
            self.admission.release(self._connections[connection])
            self.hand_over(connection)

    def hand_over(self, connection: ManagedConnection) -> None:
        """Forget a connection whose socket another one goes on with: that enters, and leaves, in its place."""
        self.note_request(connection)
        del self._connections[connection]
        if not self._connections:
            self._emptied.set()

    def spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Own the task of an action that takes time, and return it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def recheck(self) -> None:
        """Reset the connections whose address is not allowed any more."""
        for connection in self:
            if not self.admission.allows(connection.address):
                connection.reset()

    def _count_refusal(self, address: str) -> None:
        self._refused += 1
        if self.clock() - self._warned >= WARN_EVERY_S:
            log.warning("too many connections: %d refused, the last from %s", self._refused, address)
            self._refused, self._warned = 0, self.clock()

    # -- the sweep

    def on_sweep(self, sweep: Callable[[float], bool]) -> None:
        """Have `sweep` called with each sweep of the connections; it returns whether it must be called again."""
        self._sweepers.append(sweep)

    def keep_sweeping(self) -> None:
        """See that there is another sweep: something has a deadline."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SWEEP_S, self._sweep_again)

    def sweep(self) -> bool:
        """Act on every deadline that has passed; return whether there are others."""
        now = self.clock()
        for connection in self:
            connection.sweep(now)
        needed = [sweep(now) for sweep in self._sweepers]
        return any(needed) or bool(self._connections)

    def _sweep_again(self) -> None:
        self._timer = None
        if self.sweep() and not self.closing:
            self.keep_sweeping()

    # -- the end

    async def close(self) -> None:
        """Stop listening and end every connection and task, within `CLOSE_S` and twice `RELEASE_S` whatever hangs."""
        self.closing = True
        for listener in self._listeners:
            listener.close()
        for connection in self:
            connection.close()
        if self._connections:
            await _within(CLOSE_S, self._emptied.wait())
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=RELEASE_S)
        for connection in self:
            connection.reset()
        if self._connections:
            await _within(RELEASE_S, self._emptied.wait())
        if self._timer:
            self._timer.cancel()

    # -- from accept to the protocol

    def _open(
        self,
        sock: socket.socket,
        address: str,
        protocol: Callable[[], asyncio.BaseProtocol],
        tls: ssl.SSLContext | None,
    ) -> None:
        def make() -> asyncio.BaseProtocol:
            self._unmade[connection := protocol()] = address
            return connection

        deadline = self.clock() + self.limits.head_timeout_s
        if tls:
            turns = self.admission.handshakes
            opening: PendingConnection = PendingTlsConnection(sock, address, deadline, make, self._opened, tls, turns)
        else:
            opening = PendingConnection(sock, address, deadline, make, self._opened)
        self.enter(opening)
        opening.start()

    def _opened(self, opening: PendingConnection) -> None:
        """Forget an opening; if no protocol has its connection now, that has ended."""
        if opening.connection is None or self._unmade.pop(opening.connection, None) is not None:
            opening.discard()
            self.leave(opening)
        else:
            self.hand_over(opening)


async def _within(seconds: float, work: Coroutine[object, object, object]) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(work, seconds)


def _refuse(sock: socket.socket, refusal: bytes) -> None:
    """Say why, as far as the socket takes it at once, and close."""
    with sock, contextlib.suppress(OSError):
        sock.send(refusal)
        sock.shutdown(socket.SHUT_WR)
        sock.recv(65536)  # else the kernel resets the connection, and the client may not see what was said


def _reset(sock: socket.socket) -> None:
    set_reset_on_close(sock)
    sock.close()


def set_reset_on_close(sock: socket.socket) -> None:
    """Have the connection reset when its socket is closed, whatever waits to be sent."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _raise_file_limit() -> None:
    """Take as many file descriptors as the system lets us: a viewer needs two, and 1024 is a common default."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
