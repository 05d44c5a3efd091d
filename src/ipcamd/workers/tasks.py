"""Tasks of the event loop: their end."""

import asyncio
from typing import Any


async def end_tasks(*tasks: "asyncio.Future[Any] | None") -> None:
    """Cancel the tasks, and wait until they have ended. Their errors are ignored; None is skipped."""
    running = [task for task in tasks if task]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
