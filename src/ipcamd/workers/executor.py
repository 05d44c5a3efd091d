"""Executor of the event loop: daemon threads that end when idle."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from ipcamd.workers.pool import WorkerPool

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 16
"""Maximum number of simultaneous calls."""


class DaemonExecutor(ThreadPoolExecutor):
    """Executor for ``asyncio.to_thread``. The process ends without waiting for a call that hangs.

    It is a ``ThreadPoolExecutor`` only because the event loop accepts no other class.
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
        """Do nothing, because idle threads end by themselves."""


def _call(action: Callable[[], T], outcome: Future[T]) -> None:
    if not outcome.set_running_or_notify_cancel():
        return
    try:
        result = action()
    except BaseException as error:
        outcome.set_exception(error)
    else:
        outcome.set_result(result)
