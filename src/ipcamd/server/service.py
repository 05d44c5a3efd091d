"""The HTTP service: listeners, connections and their limits."""

import asyncio
import resource
import ssl
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence

from ipcamd.access.accounts import Account
from ipcamd.camera import Camera
from ipcamd.errors import HttpError
from ipcamd.server.connection import Connection
from ipcamd.server.fanout import Fanout
from ipcamd.server.limits import Limits
from ipcamd.server.listener import Listener, listen
from ipcamd.server.router import Router

SWEEP = 1.0
"""Seconds between two looks at all deadlines: one timer for all connections, and none without."""
GRACE = 0.5
"""Seconds that actions at work get to answer when the service closes."""


Tunnel = Callable[[asyncio.Transport, str, str, bytes], bool]
"""``tunnel(transport, method, cookie, rest)`` takes over a connection that speaks RTSP through HTTP, if it does: the
request's method and its ``x-sessioncookie``, and the bytes behind its head."""


class HttpService:
    """Serves endpoints over HTTP until closed."""

    def __init__(
        self,
        router: Router,
        camera: Camera,
        fanout: Fanout,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
        admits: Callable[[str], bool] = lambda _: True,
        tunnel: Tunnel = lambda *_: False,
    ) -> None:
        """`admits` says whether an IP address may connect at all, asked before a byte is read (SDK 7)."""
        self.router = router
        self.camera = camera
        self.fanout = fanout
        self.limits = limits or Limits()
        self.clock = clock
        self.tunnel = tunnel
        self.closing = False
        self._admits = admits
        self._listeners: list[Listener] = []
        self._connections: set[Connection] = set()
        self._addresses: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """Return how many connections there are."""
        return len(self._connections)

    async def open(self, hosts: Sequence[str], port: int, tls: ssl.SSLContext | None = None) -> Listener:
        """Listen on one more port, with or without TLS; 0 takes a free one. Raises ``ConfigError``.

        To move to another port, open that first, answer, and close the old listener: its connections go on.
        """
        _raise_file_limit()
        listener = await listen(lambda: Connection(self), hosts, port, tls)
        self._listeners.append(listener)
        return listener

    async def close(self) -> None:
        """Stop listening, let actions at work answer for half a second, end every connection."""
        self.closing = True
        for listener in self._listeners:
            listener.close()
        for connection in tuple(self._connections):
            if not connection.working:
                connection.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in tuple(self._connections):
            connection.close()
        if self._timer:
            self._timer.cancel()

    def recheck(self) -> None:
        """Cut the connections whose address is not admitted any more."""
        for connection in tuple(self._connections):
            if not self._admits(connection.address):
                connection.cut()

    def expel(self, is_valid: Callable[[Account], bool]) -> None:
        """Cut the viewers whose login does not count any more."""
        for connection in tuple(self._connections):
            if connection.account and not is_valid(connection.account):
                connection.cut()

    # -- called by connections

    def enter(self, connection: Connection) -> None:
        """Count a new connection in, or refuse it."""
        address = connection.address
        full = len(self._connections) >= self.limits.connections
        self._connections.add(connection)
        self._addresses[address] += 1
        if self.closing or not self._admits(address):
            connection.cut()
        elif full or self._addresses[address] > self.limits.connections - self.limits.alone:
            connection.refuse(HttpError(503, "too many connections", (("Retry-After", "1"),)))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SWEEP, self._sweep_again)

    def leave(self, connection: Connection) -> None:
        """Count a connection out."""
        self._connections.discard(connection)
        self._addresses[connection.address] -= 1
        if not self._addresses[connection.address]:
            del self._addresses[connection.address]

    def spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Own the task of an action that takes time, and return it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def sweep(self) -> None:
        """Act on every deadline that has passed."""
        now = self.clock()
        for connection in tuple(self._connections):
            if connection.deadline < now:
                connection.expire()
        self.fanout.sweep()

    def _sweep_again(self) -> None:
        self.sweep()
        again = self._connections and not self.closing
        self._timer = asyncio.get_running_loop().call_later(SWEEP, self._sweep_again) if again else None


def _raise_file_limit() -> None:
    """Take as many file descriptors as the system lets us: a viewer needs two, and 1024 is a common default."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
