"""Shutdown of a camera's parts, within one deadline, whatever hangs."""

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
"""Seconds that a part gets by itself before the part that was started before it is closed beside it."""
PARTS_S = 1.4
"""Seconds after which the store is closed, whatever else has ended."""
STORE_S = 0.6
"""Seconds that the store gets after that."""
EXIT_S = 2.2
"""Seconds from the signal to the end of the process, if something keeps it from ending by itself. Ten thousand sockets
then keep the kernel for half a second."""

Close = Callable[[], Awaitable[object] | None]
"""Function that closes one part; an awaitable result is awaited."""

_FAILED = "a part did not end in order"
_log = logging.getLogger(__name__)


class ShutdownStack:
    """Stack of started parts, closed in reverse order. For the event loop."""

    def __init__(self) -> None:
        self._services: list[Close] = []
        self._parts: list[Close] = []
        self._store: list[Close] = []

    def push_services(self, close: Close) -> None:
        """Close the services with `close`, first and beside the other parts: clients make work."""
        self._services.append(close)

    def push(self, close: Close) -> None:
        """Close a part with `close`, before those that were pushed earlier."""
        self._parts.append(close)

    def push_store(self, close: Close) -> None:
        """Close a part of the store with `close`, after all other parts."""
        self._store.append(close)

    async def close(self) -> None:
        """Close all parts. A part that hangs does not keep the others from closing; it is left behind in the end."""
        services = [_begin(close) for close in self._services]
        await _close_all(self._parts, PARTS_S, services)
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


def end_process(code: int) -> NoReturn:
    """End the process with this exit code.

    While other threads exist, the interpreter is left as it is: a thread that returns from native code into one that is
    being dismantled aborts the process.
    """
    if threading.active_count() == 1:
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # full, closed, none
            stream.flush()
    os._exit(code)


def _exit_at_last(woken: int) -> None:
    os.read(woken, 1)
    time.sleep(EXIT_S)
    os._exit(0)


async def _close_all(parts: list[Close], timeout_s: float, closing: Iterable["asyncio.Task[None] | None"] = ()) -> None:
    """Close `parts` in reverse order, and wait for them and for what is `closing` already."""
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
    """Call `close`; return the task that is to be awaited. No task is made without need: a turn of the event loop takes
    long under load."""
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
