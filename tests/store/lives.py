"""Runs of a program that is killed repeatedly, each in a process of its own."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from typing import Any


def live(main: Callable[[], Coroutine[Any, Any, None]], count: int) -> None:
    """Run `main` so many times, each in a fork: starting Python for each would take a hundred times as long."""
    for _ in range(count):
        process = os.fork()
        if process:
            os.waitpid(process, 0)
        else:
            asyncio.run(main())
            os._exit(0)
