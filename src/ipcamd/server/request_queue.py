"""Request queue: divides the event loop's time fairly among clients with waiting requests."""

import asyncio
import heapq
import time
from collections import deque
from collections.abc import Callable, Hashable
from itertools import count

TURN_S = 0.01
"""Seconds of work on requests after which the event loop handles other events: sockets, streams, timers."""
TASK_S = 0.002
"""Seconds charged for a request that continues in a task, whose work is not measured."""

Serve = Callable[[], None]
"""Function that handles a waiting request."""


class RequestQueue:
    """Serves requests at once while a turn of the event loop has time for them; after that, clients share the time
    equally.

    A client with many connections or expensive requests delays only itself.
    """

    def __init__(self, now_s: Callable[[], float] = time.perf_counter) -> None:
        """`now_s` returns monotonic seconds."""
        self._now_s = now_s
        self._spent_s = 0.0
        """Seconds of work in this turn."""
        self._waiting: dict[Hashable, deque[Serve]] = {}
        """Waiting requests by client."""
        self._order: list[tuple[float, int, Hashable]] = []
        """Heap of the waiting clients: seconds used while waiting, relative to the client served last when it arrived;
        a number that keeps the order of arrival."""
        self._used_s = 0.0
        self._numbers = count()
        self._scheduled = False

    def submit(self, client: Hashable, serve: Serve) -> None:
        """Call `serve`, which must not raise, now if there is time, otherwise at the turn of `client`."""
        if self._scheduled or self._spent_s >= TURN_S:
            self.defer(client, serve)
        else:
            self._run(serve)

    def defer(self, client: Hashable, serve: Serve) -> None:
        """Call `serve`, which must not raise, at the turn of `client`."""
        if client not in self._waiting:
            self._waiting[client] = deque()
            self._enter(client, self._used_s)
        self._waiting[client].append(serve)
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._take_turn)

    def charge_task(self) -> None:
        """Charge a request that continues in a task."""
        self._spent_s += TASK_S

    def _take_turn(self) -> None:
        self._spent_s = 0.0
        while self._order and self._spent_s < TURN_S:
            self._serve_next()
        self._scheduled = bool(self._order)
        if self._scheduled:
            asyncio.get_running_loop().call_soon(self._take_turn)

    def _serve_next(self) -> None:
        """Serve one request of the client that has used the least time."""
        self._used_s, _, client = heapq.heappop(self._order)
        requests, before_s = self._waiting[client], self._spent_s
        self._run(requests.popleft())
        if requests:
            self._enter(client, self._used_s + self._spent_s - before_s)
        else:
            del self._waiting[client]

    def _enter(self, client: Hashable, used_s: float) -> None:
        heapq.heappush(self._order, (used_s, next(self._numbers), client))

    def _run(self, serve: Serve) -> None:
        began_s = self._now_s()
        serve()
        self._spent_s += self._now_s() - began_s
