"""Worker threads: daemon threads for blocking calls, and their priority.

When the camera stops, it waits for the threads of the event loop's executor, but not for these, even if a name server
is slow.
"""

import asyncio
import errno
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import TypeVar, TypeVarTuple

T = TypeVar("T")
_Given = TypeVarTuple("_Given")

Job = Callable[[], None]
"""Work of a thread, without arguments and result."""

NICE = 10
"""Nice value of a thread whose work may yield to the live picture."""


class WorkerThread:
    """One daemon thread that runs blocking calls one after the other.

    One thread serves all its calls, because a new thread waits for its first turn on a busy machine.
    """

    def __init__(self, name: str) -> None:
        """`name` is the thread's. Raises ``OSError`` as `start_thread` does."""
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        start_thread(self._work, name)

    def run(self, action: Callable[[], T]) -> "asyncio.Future[T]":
        """Return a future of the value or error of `action`; a cancelled call continues without a listener."""
        return run_job(action, self._jobs.put)

    def close(self, last: Job | None = None) -> None:
        """End the thread after its waiting calls, and after `last`."""
        if last:
            self._jobs.put(last)
        self._jobs.put(None)

    def _work(self) -> None:
        while job := self._jobs.get():
            job()


def start_thread(work: Job, name: str) -> threading.Thread:
    """Start a daemon thread. Raises ``OSError``: the system allows no more threads."""
    thread = threading.Thread(target=work, name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        raise OSError(errno.EAGAIN, "the system allows no more threads") from error
    return thread


def run_in_thread(action: Callable[[], T], name: str) -> "asyncio.Future[T]":
    """Run `action` in a daemon thread of its own; return a future of its value or error. Raises ``OSError``."""
    return run_job(action, lambda job: start_thread(job, name))


def run_job(action: Callable[[], T], start: Callable[[Job], object]) -> "asyncio.Future[T]":
    """Pass `action` as a job to `start`, which runs it in a thread; return a future of its value or error in the
    running event loop. Raises the errors of `start`."""
    outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    start(lambda: _call(action, outcome))
    return outcome


def lower_priority() -> None:
    """Lower the priority of the calling thread to `NICE`, as far as the system permits."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


def _call(action: Callable[[], T], outcome: "asyncio.Future[T]") -> None:
    try:
        result = action()
    except StopIteration as error:  # a future accepts every error but this one, and its caller would wait for ever
        _report(outcome, outcome.set_exception, RuntimeError(repr(error)))
    except BaseException as error:
        _report(outcome, outcome.set_exception, error)
    else:
        _report(outcome, outcome.set_result, result)


def _report(outcome: "asyncio.Future[T]", end: Callable[..., None], value: object) -> None:
    def report() -> None:
        if not outcome.done():
            end(value)

    call_in_loop(outcome.get_loop(), report)


def call_in_loop(loop: asyncio.AbstractEventLoop, action: Callable[[*_Given], object], *given: *_Given) -> None:
    """Call `action` in the event loop soon; from any thread. Nothing happens if the loop is closed, at shutdown."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(action, *given)
