"""Blocking session with another host, in its own thread; can be aborted at any time.

The libraries for FTP, SMTP and SMB block. A thread cannot be ended from outside, but its sockets can be shut down: then
its pending call fails at once, and nothing more is sent.
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from ipcamd.egress.policy import EgressPolicy
from ipcamd.errors import DeliveryError
from ipcamd.workers.thread import WorkerThread

CONNECT_TIMEOUT_S = 10.0
"""Time limit for a connection, in seconds."""
STALL_TIMEOUT_S = 30.0
"""Seconds without progress before a session is aborted."""

T = TypeVar("T")


class BlockingSession:
    """Session with another host: its thread, its connections, the time of its last progress."""

    def __init__(self, name: str, stall_timeout_s: float, egress: EgressPolicy, now_s: Callable[[], float]) -> None:
        """`name` is the thread's; `stall_timeout_s` is the longest time without progress, on the clock `now_s`;
        `egress` checks further connections of the protocol. The session must be ended with `abort`."""
        self.egress = egress
        self._thread = WorkerThread(name)
        self._stall_timeout_s = stall_timeout_s
        self._now_s = now_s
        self._cuts: list[Callable[[], object]] = []
        self._data: socket.socket | None = None
        self._results: list[asyncio.Future[Any]] = []
        """Results of the present action and of those that wait for the thread."""
        self._last_action: Callable[[], None] | None = None
        self._over = False
        self._lock = threading.Lock()
        self._last_s = now_s()

    def connect(self, address: str, port: int) -> socket.socket:
        """Return a connection that ends with the session. Raises ``OSError``, and ``DeliveryError`` after the session's
        end."""
        connection = socket.create_connection((address, port), CONNECT_TIMEOUT_S)
        connection.settimeout(None)  # `run` limits the time
        handle = connection.dup()  # TLS wraps the connection in another object; this one can still interrupt it
        self.on_abort(lambda: _end(handle))
        return connection

    def on_abort(self, cut: Callable[[], object]) -> None:
        """Call `abort`, from another thread, when the session ends. Raises ``DeliveryError`` if it has ended."""
        with self._lock:
            self._cuts.append(cut)
        self._check()

    def on_end(self, action: Callable[[], None]) -> None:
        """Call `action` in the session's thread at its end."""
        self._last_action = action

    def hold_data_socket(self, data: socket.socket) -> None:
        """Shut down `data`, instead of the previous socket, when the session ends. Raises like `on_abort`."""
        self._data = data
        self._check()

    def report_progress(self, patience: float = 1) -> None:
        """Report progress; the next step may take `patience` times as long as usual."""
        self._last_s = self._now_s() + (patience - 1) * self._stall_timeout_s

    def abort(self) -> None:
        """End the session: the calls of its thread fail."""
        with self._lock:
            self._over = True
            cuts, self._cuts = [*self._cuts, self._close_thread], []
        if data := self._data:
            cuts.append(lambda: data.shutdown(socket.SHUT_RDWR))
        for cut in cuts:
            with suppress(OSError):
                cut()

    def _close_thread(self) -> None:
        last, self._last_action = self._last_action, None
        self._thread.close(last)

    async def run(self, action: Callable[[], T]) -> T:
        """Run `action` in the thread and return its result; cancelling the caller aborts the session.

        Actions run one at a time, and none after a failed one. Raises the errors of `action`, and ``TimeoutError``
        without progress.
        """
        self.report_progress()
        outcome = self._thread.run(lambda: self._do(action))
        self._results.append(outcome)
        self._look(asyncio.get_running_loop(), outcome)
        try:
            return await outcome
        except BaseException:
            self.abort()
            raise
        finally:
            self._results.remove(outcome)

    def _do(self, action: Callable[[], T]) -> T:
        self._check()
        try:
            return action()
        except BaseException:
            self._over = True
            raise

    def _check(self) -> None:
        if self._over:
            self.abort()
            raise DeliveryError("aborted")

    def _look(self, loop: asyncio.AbstractEventLoop, outcome: "asyncio.Future[T]") -> None:
        """Check for progress until the result is known."""
        if outcome.done():
            return
        rest_s = self._last_s + self._stall_timeout_s - self._now_s()
        if rest_s > 0:
            loop.call_later(rest_s, self._look, loop, outcome)
            return
        for each in self._results:  # all at once: the first failure ends the session, and would be the others' reason
            if not each.done():
                each.set_exception(TimeoutError(f"no progress for {self._stall_timeout_s:g} s"))


def _end(handle: socket.socket) -> None:
    with handle:
        handle.shutdown(socket.SHUT_RDWR)
