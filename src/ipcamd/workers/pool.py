"""Worker pool: daemon threads for blocking calls, started on demand."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from ipcamd.workers.thread import Job, run_job, start_thread

T = TypeVar("T")

IDLE_S = 3.0
"""Seconds without a call after which a thread ends."""


class WorkerPool:
    """At most `size` daemon threads. Further calls wait for a free one.

    A device that hangs blocks only its own pool, not the event loop's executor, which all other calls share.
    """

    def __init__(
        self, name: str, size: int, idle_s: float = IDLE_S, prepare: Callable[[], None] = lambda: None
    ) -> None:
        """`name` is the threads'; `prepare` runs first in each of them."""
        self._name = name
        self._size = size
        self._idle_s = idle_s
        self._prepare = prepare
        self._jobs: deque[Job] = deque()
        self._changed = threading.Condition()
        self._threads = 0
        self._free = 0

    def run(self, action: Callable[[], T]) -> "asyncio.Future[T]":
        """Return a future of the value or error of `action`; after cancellation the call continues without a listener.
        Raises the ``OSError`` of `start`."""
        return run_job(action, self.start)

    def start(self, job: Job) -> None:
        """Run a call without a result; from any thread. Raises ``OSError`` if it needs the first thread and the system
        has none left; then the call is dropped."""
        with self._changed:
            self._jobs.append(job)
            if len(self._jobs) > self._free and self._threads < self._size:
                self._add_thread()
            else:
                self._changed.notify()

    def _add_thread(self) -> None:
        try:
            start_thread(self._work, self._name)
        except OSError:
            if not self._threads:
                self._jobs.pop()
                raise
        else:
            self._threads += 1

    def _work(self) -> None:
        self._prepare()
        while job := self._next():
            job()

    def _next(self) -> Job | None:
        """Wait for a call; None ends the thread."""
        with self._changed:
            self._free += 1
            self._changed.wait_for(lambda: self._jobs, self._idle_s)
            self._free -= 1
            if self._jobs:
                return self._jobs.popleft()
            self._threads -= 1
            return None
