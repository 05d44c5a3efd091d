"""Shutdown of a camera's parts within one deadline, even if parts hang."""

import asyncio
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import NoReturn

HEAD_START_S = 0.25
"""Seconds for closing one part before the next one is closed in parallel."""
PARTS_S = 1.4
"""Seconds after which the store is closed, even if other parts are still running."""
STORE_S = 0.6
"""Seconds for the store after that."""
EXIT_S = 2.2
"""Seconds from the signal to the forced end of the process. Ten thousand sockets then take half a second in the kernel.
"""

Close = Callable[[], Awaitable[object] | None]
"""Closes one part; an awaitable result is awaited."""

_FAILED = "a part did not end in order"
_log = logging.getLogger(__name__)


class ShutdownStack:
    """Stack of started parts, closed in reverse order. For the event loop."""

    def __init__(self) -> None:
        self._services: list[Close] = []
        self._parts: list[Close] = []
        self._store: list[Close] = []
        self.ends_with_process = False
        """Whether the process ends after `close`."""

    def push_services(self, close: Close) -> None:
        """Close the services with `close`, first and in parallel with the other parts, because clients cause work."""
        self._services.append(close)

    def push(self, close: Close) -> None:
        """Close a part with `close`, before those that were pushed earlier."""
        self._parts.append(close)

    def push_store(self, close: Close) -> None:
        """Close a part of the store with `close`, after all other parts."""
        self._store.append(close)

    async def close(self) -> None:
        """Close all parts. A part that hangs does not prevent the others from closing, and is abandoned."""
        services = [_begin(close) for close in self._services]
        await _close_all(self._parts, PARTS_S, services)
        await _close_all(self._store, STORE_S)


def handle_exit_signals(request_exit: Callable[[], None]) -> None:
    """Make SIGTERM and SIGINT call `request_exit` in the running event loop, and end the process with exit code 0
    within `EXIT_S`, even if a thread or the event loop hangs. The time starts with the signal, even if the event loop
    is busy."""
    loop = asyncio.get_running_loop()
    woken, waker = os.pipe()

    def receive(*_: object) -> None:
        os.write(waker, b"x")
        with suppress(RuntimeError):  # the event loop has ended
            loop.call_soon_threadsafe(request_exit)

    # created now: a handler that interrupts the start of a thread and starts another would wait for its lock for ever
    threading.Thread(target=_exit_at_last, args=(woken,), name="exit", daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, receive)


def end_process(code: int) -> NoReturn:
    """End the process with this exit code.

    While other threads exist, the interpreter is not finalized: a thread that returns from native code during
    finalization aborts the process.
    """
    if threading.active_count() == 1:
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # full, closed or missing
            stream.flush()
    os._exit(code)


def _exit_at_last(woken: int) -> None:
    os.read(woken, 1)
    time.sleep(EXIT_S)
    os._exit(0)


async def _close_all(parts: list[Close], timeout_s: float, closing: Iterable["asyncio.Task[None] | None"] = ()) -> None:
    """Close `parts` in reverse order, and wait for them and for those that are already `closing`."""
    clock = asyncio.get_running_loop().time
    end = clock() + timeout_s
    tasks = {task for task in closing if task}
    while parts:
        if task := _begin(parts.pop()):
            tasks.add(task)
            await asyncio.wait({task}, timeout=max(0.0, min(HEAD_START_S, end - clock())))
    if tasks:
        await asyncio.wait(tasks, timeout=max(0.0, end - clock()))
    for task in tasks:
        if not task.done():
            _log.error("%s did not stop and is abandoned", task.get_name())
            task.cancel()


def _begin(close: Close) -> "asyncio.Task[None] | None":
    """Call `close`; return its task, if it needs one. A turn of the event loop takes long under load, so tasks are
    avoided."""
    try:
        ending = close()
    except Exception:
        _log.exception(_FAILED)
        return None
    return asyncio.create_task(_finish(ending), name=close.__qualname__) if ending is not None else None


async def _finish(ending: Awaitable[object]) -> None:
    try:
        await ending
    except Exception:  # the other parts are closed nevertheless
        _log.exception(_FAILED)
