"""A blocking talk with another host, in threads of its own, that can be cut off at any moment.

The libraries for FTP, SMTP and SMB block. A thread cannot be ended from outside, but its sockets can be shut: then
whatever it waits for fails at once, and nothing more goes out.
"""

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from ipcamd.errors import DeliveryError

CONNECT = 10.0
"""Seconds for a connection to be made."""
STALL = 30.0
"""Seconds without any progress before a talk is given up."""

T = TypeVar("T")


class Errand:
    """One talk: what it holds open, and when it last got on."""

    def __init__(self, name: str, stall: float = STALL) -> None:
        """`name` is the threads'."""
        self._name = name
        self._stall = stall
        self._cuts: list[Callable[[], None]] = []
        self._over = False
        self._lock = threading.Lock()
        self._last = time.monotonic()

    def connect(self, address: str, port: int) -> socket.socket:
        """Return a connection that ends with the errand. Raises ``OSError``, and ``DeliveryError`` if it is over."""
        connection = socket.create_connection((address, port), CONNECT)
        self.hold(connection)
        connection.settimeout(self._stall)
        return connection

    def hold(self, connection: socket.socket) -> None:
        """Let `connection` end with the errand. Raises ``DeliveryError`` if that is over already."""
        self.when_cut(lambda: _shut(connection))

    def when_cut(self, cut: Callable[[], None]) -> None:
        """Call `cut`, from another thread, when the errand is cut off. Raises ``DeliveryError`` if it is already."""
        with self._lock:
            over = self._over
            self._cuts.append(cut)
        if over:
            cut()
            raise DeliveryError("given up")

    def beat(self) -> None:
        """Say that it gets on."""
        self._last = time.monotonic()

    def cut(self) -> None:
        """End it: what its threads wait for fails."""
        with self._lock:
            self._over = True
            cuts, self._cuts = self._cuts, []
        for cut in cuts:
            with suppress(OSError):
                cut()

    async def run(self, action: Callable[[], T]) -> T:
        """Return what `action` returns, run in a thread; the errand is cut off when the caller is cancelled.

        Raises what it raises, and ``DeliveryError`` if it does not get on.
        """
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()
        self.beat()
        watch = loop.call_later(self._stall, self._look, loop, outcome)
        # a daemon, and none of the loop's executor: nobody waits for it at the end
        threading.Thread(target=_work, args=(action, loop, outcome), name=self._name, daemon=True).start()
        try:
            return await outcome
        except BaseException:
            self.cut()
            raise
        finally:
            watch.cancel()

    def _look(self, loop: asyncio.AbstractEventLoop, outcome: "asyncio.Future[T]") -> None:
        rest = self._last + self._stall - time.monotonic()
        if rest > 0:
            loop.call_later(rest, self._look, loop, outcome)
        elif not outcome.done():
            outcome.set_exception(TimeoutError(f"nothing moved for {self._stall:g} s"))


def _work(action: Callable[[], T], loop: asyncio.AbstractEventLoop, outcome: "asyncio.Future[T]") -> None:
    try:
        result = action()
    except BaseException as error:
        _tell(loop, outcome, outcome.set_exception, error)
    else:
        _tell(loop, outcome, outcome.set_result, result)


def _tell(
    loop: asyncio.AbstractEventLoop, outcome: "asyncio.Future[T]", end: Callable[..., None], value: object
) -> None:
    def tell() -> None:
        if not outcome.done():
            end(value)

    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(tell)


def _shut(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)
