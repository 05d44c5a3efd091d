"""Something that blocks, in a thread that nobody waits for at the end."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


def aside(action: Callable[[], T], name: str) -> "asyncio.Future[T]":
    """Return what `action` will return or raise, run in a thread called `name`; given up, it goes on unheard.

    The loop's own threads are waited for when the camera stops, however long a name server keeps them.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()
    threading.Thread(target=_work, args=(action, loop, outcome), name=name, daemon=True).start()
    return outcome


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

    with suppress(RuntimeError):  # the loop is closed: nobody listens any more
        loop.call_soon_threadsafe(tell)
