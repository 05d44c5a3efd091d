"""On-demand thread: exists only while there is work."""

import logging
import threading
import time
from collections.abc import Callable

from ipcamd.workers.thread import start_thread

_log = logging.getLogger(__name__)

IDLE_S = 10.0
"""Seconds without work after which such a thread should end."""
RETRY_S = 0.5
"""Seconds until work that has failed is tried again."""


class OnDemandThread:
    """Daemon thread that `wake` starts, and that ends when its work returns."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        """`work` runs until there has been nothing to do for `IDLE_S`; call `wake` after each new piece of work. `name`
        is the thread's."""
        self._name = name
        self._work = work
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._woken = False
        self._failing = False

    def wake(self) -> None:
        """Process new work; from any thread. If the system allows no more threads, the next call tries again."""
        with self._lock:
            self._woken = True
            if self._thread is None:
                self._start()

    def join(self, until_s: float) -> None:
        """Wait for the thread's end until this time, by ``time.monotonic``."""
        thread = self._thread
        if thread:
            thread.join(max(0.0, until_s - time.monotonic()))

    def _start(self) -> None:
        try:
            self._thread = start_thread(self._run, self._name)
        except OSError as error:
            _log.warning("thread %s could not be started: %s", self._name, error.strerror)

    def _run(self) -> None:
        while self._goes_on():
            try:
                self._work()
                self._failing = False
            except Exception as error:  # for lack of memory or file descriptors, even an import can fail
                self._note_failure(error)
                time.sleep(RETRY_S)
                self.wake()

    def _note_failure(self, error: Exception) -> None:
        """Log the first one of a series."""
        if not self._failing:
            trace = None if isinstance(error, OSError | MemoryError) else error
            _log.error("thread %s failed and tries again: %r", self._name, error, exc_info=trace)
        self._failing = True

    def _goes_on(self) -> bool:
        with self._lock:
            woken, self._woken = self._woken, False
            if not woken:
                self._thread = None
            return woken
