"""Executor of the event loop: daemon threads that end when there is nothing to do."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from ipcamd.workers.pool import WorkerPool

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 16
"""Calls at one time."""


class DaemonExecutor(ThreadPoolExecutor):
    """Executor for ``asyncio.to_thread``. The process ends without waiting for a call that hangs.

    A ``ThreadPoolExecutor`` only because the event loop takes no other.
    """

    def __init__(self) -> None:
        super().__init__()
        self._pool = WorkerPool("executor", THREADS)

    def submit(self, action: Callable[P, T], /, *given: P.args, **more: P.kwargs) -> Future[T]:
        """Return a future of the value or error of `action`."""
        outcome: Future[T] = Future()
        self._pool.start(lambda: _call(lambda: action(*given, **more), outcome))
        return outcome

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Do nothing: idle threads end by themselves."""


def _call(action: Callable[[], T], outcome: Future[T]) -> None:
    if not outcome.set_running_or_notify_cancel():
        return
    try:
        result = action()
    except BaseException as error:
        outcome.set_exception(error)
    else:
        outcome.set_result(result)
