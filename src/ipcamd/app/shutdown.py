"""Shutdown of a camera's parts, within one deadline, whatever hangs."""

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

HEAD_START_S = 0.25
"""Seconds that a part gets by itself before the part that was started before it is closed beside it."""
PARTS_S = 1.5
"""Seconds after which the store is closed, whatever else has ended."""
STORE_S = 0.7
"""Seconds that the store gets after that."""
EXIT_S = 2.5
"""Seconds from the signal to the end of the process, if something keeps it from ending by itself."""

Close = Callable[[], Awaitable[object] | None]
"""Function that closes one part; an awaitable result is awaited."""

_log = logging.getLogger(__name__)


class ShutdownStack:
    """Stack of started parts, closed in reverse order. For the event loop."""

    def __init__(self) -> None:
        self._store: list[Close] = []
        self._parts: list[Close] = []

    def push(self, close: Close) -> None:
        """Close a part with `close`, before those that were pushed earlier."""
        self._parts.append(close)

    def push_store(self, close: Close) -> None:
        """Close a part of the store with `close`, after all other parts."""
        self._store.append(close)

    async def close(self) -> None:
        """Close all parts. A part that hangs does not keep the others from closing; it is left behind in the end."""
        await _close_all(self._parts, PARTS_S)
        await _close_all(self._store, STORE_S)


def handle_exit_signals(request_exit: Callable[[], None]) -> None:
    """Let SIGTERM and SIGINT call `request_exit` in the running event loop, and end the process with exit code 0 within
    `EXIT_S`, even if a thread or the event loop never returns. The time begins with the signal, however busy the event
    loop is."""
    loop = asyncio.get_running_loop()
    woken, waker = os.pipe()

    def receive(*_: object) -> None:
        os.write(waker, b"x")
        with suppress(RuntimeError):  # the event loop has ended
            loop.call_soon_threadsafe(request_exit)

    # made now: a signal may interrupt the start of another thread, and would then wait for a lock for ever
    threading.Thread(target=_exit_at_last, args=(woken,), name="exit", daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, receive)


def _exit_at_last(woken: int) -> None:
    os.read(woken, 1)
    time.sleep(EXIT_S)
    os._exit(0)


async def _close_all(parts: list[Close], timeout_s: float) -> None:
    clock = asyncio.get_running_loop().time
    end = clock() + timeout_s
    closing: dict[asyncio.Task[None], str] = {}
    while parts:
        close = parts.pop()
        task = asyncio.create_task(_close(close))
        closing[task] = close.__qualname__
        await asyncio.wait({task}, timeout=max(0.0, min(HEAD_START_S, end - clock())))
    if closing:
        await asyncio.wait(closing, timeout=max(0.0, end - clock()))
    for task, name in closing.items():
        if not task.done():
            _log.error("%s does not end and is left behind", name)
            task.cancel()


async def _close(close: Close) -> None:
    try:
        ending = close()
        if ending is not None:
            await ending
    except Exception:  # the other parts are closed nevertheless
        _log.exception("a part did not end in order")
