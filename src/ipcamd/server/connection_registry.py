"""Registry of one service's connections: admission, deadlines, tasks and bounded close, for any protocol."""

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from functools import partial
from itertools import count, islice
from typing import NamedTuple, Protocol, cast

from ipcamd.access.login_throttle import network
from ipcamd.logs import SummaryLog
from ipcamd.server.admission import Admission, Resettable, Verdict
from ipcamd.server.listener import Listener, bind_sockets
from ipcamd.server.pending_connection import AcceptedSocket, PendingConnection, PendingTlsConnection, TlsContext
from ipcamd.server.tcp_transport import reset_on_close
from ipcamd.workers.tasks import start_task

log = logging.getLogger(__name__)

SWEEP_S = 1.0
"""Seconds between two checks of all deadlines. One timer serves all connections; without connections there is none."""
CLOSE_S = 0.5
"""Seconds for running requests to finish, and for clients to read their responses, when the service closes."""
BATCH = 250
"""Connections that are checked or closed in one turn of the event loop; requests are served between the turns."""
RELEASE_S = 0.25
"""Seconds for cancelled tasks and reset connections to end."""


_left_open: list["ManagedConnection"] = []
"""Connections that end with the process: without a reference, each would be closed on its own."""


class ManagedConnection(Resettable, Protocol):
    """Connection as the registry uses it."""

    address: str
    """The peer's IP address, IPv4-mapped IPv6 as IPv4."""

    def sweep(self, now_s: float) -> None:
        """Act on deadlines that have passed. Called about once a second; `now_s` is the registry's clock."""

    def ignore_if_idle(self) -> bool:
        """If the connection is idle, ignore its client from now on; return whether it does so.

        By default, it does not.
        """
        return False

    def close(self) -> None:
        """Close when the running request has been answered."""


class Admitted(NamedTuple):
    """A connection's entry in the registry."""

    address: str
    """Address with which it was admitted."""
    number: int
    """Unique number of the connection within the service."""
    since_s: float
    """Time of its entry, by the registry's clock."""


class Registry:
    """Accepts, counts, supervises and closes the connections of one service.

    All services share one `Admission`. A connection is counted from accept until `leave`.
    """

    def __init__(self, admission: Admission | None = None, now_s: Callable[[], float] = time.monotonic) -> None:
        """`now_s` returns monotonic seconds; all deadlines use it."""
        self.admission = admission or Admission()
        self.timeouts = self.admission.limits.timeouts
        self.now_s = now_s
        self.closing = False
        self._listeners: list[Listener] = []
        self._connections: dict[ManagedConnection, Admitted] = {}
        self._numbers = count(1)
        self._unconnected: dict[asyncio.BaseProtocol, str] = {}
        """Protocols that are not connected yet, with the address of their admission."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._sweepers: list[Callable[[float], bool]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._emptied = asyncio.Event()
        self._warn_refused = SummaryLog(log, logging.WARNING, now_s)
        self.note_cut = SummaryLog(log, logging.INFO, now_s)
        """Log of clients that are disconnected because they are silent or do not read."""
        self.note_error = SummaryLog(log, logging.ERROR, now_s)
        """Log of unexpected errors in requests."""

    def __len__(self) -> int:
        return len(self._connections)

    def __iter__(self) -> Iterator[ManagedConnection]:
        return iter(tuple(self._connections))

    async def listen(
        self,
        protocol: Callable[[], asyncio.BaseProtocol],
        hosts: Sequence[str],
        port: int,
        tls: TlsContext | None = None,
        refusal: bytes = b"",
    ) -> Listener:
        """Listen on an additional port; 0 selects a free one. Raises ``ConfigError``.

        `refusal` is sent to a client over plain TCP when a connection limit is reached. To change the port, open the
        new one, respond, and close the old listener; its connections continue.
        """

        def admit(sock: socket.socket, address: str, at_once: bool, is_new: bool = False) -> bool:
            if self.closing or not self.admission.allows(address):
                reset_on_close(sock)
                sock.close()
                return True
            verdict = self.admission.admit(address, at_once)
            if verdict is Verdict.ADMITTED:
                self._open(sock, address, protocol, tls)
            elif is_refused := verdict is Verdict.REFUSED and (is_new or at_once):
                self._warn_refused("too many connections: one from %s is refused", address)
                _refuse(sock, b"" if tls else refusal)
            return verdict is Verdict.ADMITTED or is_refused

        def accept(sock: socket.socket, address: str) -> None:
            key, waiting = network(address), self.admission.waiting
            if waiting.holds(key) or not admit(sock, address, at_once=False, is_new=True):
                waiting.add(key, self, partial(admit, sock, address))

        self._listeners.append(listener := Listener(bind_sockets(hosts, port), accept))
        return listener

    def enter(self, connection: ManagedConnection) -> str:
        """Register an admitted connection. Return the address with which it was admitted."""
        address = self._unconnected.pop(cast(asyncio.BaseProtocol, connection), connection.address)
        self._connections[connection] = Admitted(address, next(self._numbers), self.now_s())
        self.admission.expect_request(address, connection)
        self._emptied.clear()
        if self.closing:
            connection.reset()
        else:
            self.keep_sweeping()
        return address

    def admitted(self, connection: ManagedConnection) -> Admitted:
        """Return the entry of a connection that has entered."""
        return self._connections[connection]

    def note_request(self, connection: ManagedConnection) -> None:
        """Register that a connection handles a request with a login and must not be replaced now."""
        self.admission.note_request(connection)

    def note_idle(self, connection: ManagedConnection) -> None:
        """Register that a connection is idle and may be replaced."""
        if connection in self._connections:
            self.admission.note_idle(self._connections[connection].address, connection)

    def leave(self, connection: ManagedConnection) -> None:
        """Remove and uncount a connection that has ended."""
        if connection in self._connections:
            self.admission.release(self._connections[connection].address)
            self.hand_over(connection)

    def hand_over(self, connection: ManagedConnection) -> None:
        """Remove a connection whose socket another connection takes over and enters in its place."""
        self.note_request(connection)
        self._connections.pop(connection, None)
        if not self._connections:
            self._emptied.set()

    def spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Start a task that `close` cancels; return it."""
        return start_task(work, self._tasks)

    def close_denied(self) -> None:
        """Reset connections whose address is no longer allowed."""
        for connection in self:
            if not self.admission.allows(connection.address):
                connection.reset()

    # -- the sweep

    def on_sweep(self, sweep: Callable[[float], bool]) -> None:
        """Call `sweep` at each sweep; it returns whether it must be called again."""
        self._sweepers.append(sweep)

    def keep_sweeping(self) -> None:
        """Schedule another sweep, because there is a deadline."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SWEEP_S, self._sweep_again)

    def sweep(self) -> None:
        """Act on all deadlines that have passed; schedule another sweep if there are others."""
        self._sweep_some(iter(self), self.now_s())

    def _sweep_again(self) -> None:
        self._timer = None
        self.sweep()

    def _sweep_some(self, left: Iterator[ManagedConnection], now_s: float) -> None:
        """Sweep a batch of the connections that are `left`, and the others after it."""
        batch = list(islice(left, BATCH))
        for connection in batch:
            self._act(connection, lambda each: each.sweep(now_s))
        if len(batch) == BATCH:
            asyncio.get_running_loop().call_soon(self._sweep_some, left, now_s)
        else:
            self._end_sweep(now_s)

    def _act(self, connection: ManagedConnection, act: Callable[[ManagedConnection], None]) -> None:
        """Call `act` unless the connection has ended. A connection that fails does not delay the others."""
        try:
            if connection in self._connections:
                act(connection)
        except Exception as error:
            self.note_error("connection of %s is dropped: it does not end", connection.address, error=error)
            self.leave(connection)

    def _end_sweep(self, now_s: float) -> None:
        needed = [sweep(now_s) for sweep in self._sweepers]
        if (any(needed) or self._connections) and not self.closing:
            self.keep_sweeping()

    # -- the end

    def stop(self) -> None:
        """Stop listening, and release the connections that end with the process."""
        self.closing = True
        if self._timer:
            self._timer.cancel()
        for listener in self._listeners:
            listener.close()
        self.admission.waiting.clear(self)
        if self.admission.ends_with_process:
            self._leave_idle()

    async def close(self) -> None:
        """Stop listening and end all connections and tasks. Waits for at most `CLOSE_S` and twice `RELEASE_S`."""
        self.stop()
        await self._end_all(lambda connection: connection.close())
        await self._wait_until_empty(CLOSE_S)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=RELEASE_S)
        await self._end_all(lambda connection: connection.reset())
        await self._wait_until_empty(RELEASE_S)

    def _leave_idle(self) -> None:
        """Release idle connections: the end of the process closes their sockets in a tenth of the time."""
        idle = [connection for connection in self if connection.ignore_if_idle()]
        for connection in idle:
            del self._connections[connection]
        _left_open.extend(idle)
        if not self._connections:
            self._emptied.set()

    async def _end_all(self, end: Callable[[ManagedConnection], None]) -> None:
        for number, connection in enumerate(self, start=1):
            self._act(connection, end)
            if number % BATCH == 0:
                await asyncio.sleep(0)

    async def _wait_until_empty(self, timeout_s: float) -> None:
        if self._connections:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._emptied.wait(), timeout_s)

    # -- from accept to the protocol

    def _open(
        self,
        sock: socket.socket,
        address: str,
        protocol: Callable[[], asyncio.BaseProtocol],
        tls: TlsContext | None,
    ) -> None:
        def make() -> asyncio.BaseProtocol:
            self._unconnected[connection := protocol()] = address
            return connection

        deadline_s = self.now_s() + self.timeouts.head_timeout_s
        accepted = AcceptedSocket(sock, address, deadline_s, make, self._on_connected)
        pending = PendingTlsConnection(accepted, tls, self.admission.handshakes) if tls else PendingConnection(accepted)
        self.enter(pending)
        pending.start()

    def _on_connected(self, pending: PendingConnection) -> None:
        """Remove a pending connection: its protocol has taken it over, or it has failed."""
        if pending.connection is None or self._unconnected.pop(pending.connection, None) is not None:
            pending.discard()
            self.leave(pending)
        else:
            self.hand_over(pending)


def _refuse(sock: socket.socket, refusal: bytes) -> None:
    """Send the refusal without waiting, and close."""
    with sock, contextlib.suppress(OSError):
        sock.send(refusal)
        sock.shutdown(socket.SHUT_WR)
        sock.recv(65536)  # unread bytes would turn the close into a reset, and the refusal would be lost
