"""Test of a target: a small file that is sent before the queue, one at a time per target."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ipcamd.delivery.queue.spool_item import SpoolItem
from ipcamd.errors import DeliveryError, RequestFailed

TEST_TIMEOUT_S = 25.0
"""Time limit of a test, in seconds."""


class RunningTests:
    """Names of the targets that are being tested."""

    def __init__(self) -> None:
        self._targets: set[str] = set()

    @contextmanager
    def enter(self, target: str) -> Iterator[None]:
        """Run one test of a target. Raises ``RequestFailed`` while another one runs."""
        if target in self._targets:
            raise RequestFailed("another test of it is running")
        self._targets.add(target)
        try:
            yield
        finally:
            self._targets.discard(target)


async def send_test_file(
    target: str, title: str, folder: Path, now_ns: int, send: Callable[[SpoolItem], Awaitable[list[str]]]
) -> list[str]:
    """Write a small file to `folder` and `send` it; return the text about missing rights.

    `title` is the target's display name. Raises ``RequestFailed`` with the reason of a failure.
    """
    try:
        async with asyncio.timeout(TEST_TIMEOUT_S):
            return await _send(target, folder, now_ns, send)
    except DeliveryError as error:
        raise RequestFailed(str(error)) from error
    except TimeoutError as error:
        raise RequestFailed(f"{title} timed out after {TEST_TIMEOUT_S:g} s") from error
    except OSError as error:  # of the camera's own disk: those of the target are DeliveryErrors
        raise RequestFailed(f"the camera cannot write a file for the test: {error.strerror}") from error


async def _send(target: str, folder: Path, now_ns: int, send: Callable[[SpoolItem], Awaitable[list[str]]]) -> list[str]:
    token = secrets.token_hex(16)
    path = folder / token
    try:
        size = await asyncio.to_thread(path.write_bytes, f"A test of the camera's delivery, {token}.\r\n".encode())
        name = f"test-{token[:8]}.txt"
        return await send(SpoolItem(0, target, token, path, name, "text/plain", size, now_ns, "test", ""))
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)
