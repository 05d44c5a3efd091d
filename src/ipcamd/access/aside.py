"""What blocks, in a thread that nobody waits for at the end."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")

Job = Callable[[], None]


class Aside:
    """One thread, which does one thing after the other.

    The loop's own threads are waited for when the camera stops, however long a name server keeps them; this one is not.
    It stays for all that it is given: a new thread waits for its first turn where the machine is busy.
    """

    def __init__(self, name: str) -> None:
        """`name` is the thread's."""
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        threading.Thread(target=self._work, name=name, daemon=True).start()

    def do(self, action: Callable[[], T]) -> "asyncio.Future[T]":
        """Return what `action` will return or raise. Given up, it goes on unheard."""
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()
        self._jobs.put(lambda: _do(action, loop, outcome))
        return outcome

    def close(self) -> None:
        """Let the thread end after what it has been given."""
        self._jobs.put(None)

    def _work(self) -> None:
        while job := self._jobs.get():
            job()


def aside(action: Callable[[], T], name: str) -> "asyncio.Future[T]":
    """Return what `action` will return or raise, in a thread of its own."""
    thread = Aside(name)
    outcome = thread.do(action)
    thread.close()
    return outcome


def _do(action: Callable[[], T], loop: asyncio.AbstractEventLoop, outcome: "asyncio.Future[T]") -> None:
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

    with suppress(RuntimeError):  # the loop is closed: nobody listens any more
        loop.call_soon_threadsafe(tell)
