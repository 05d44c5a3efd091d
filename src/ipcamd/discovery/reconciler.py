"""Reconciler: applies the wanted state of a part in its own task, and retries after a failure."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from ipcamd.discovery.address_watch import AddressWatch
from ipcamd.errors import IpcamdError
from ipcamd.params.group import Group
from ipcamd.settings.settings import Settings
from ipcamd.workers.tasks import end_tasks

RETRY_S = 30.0
"""Seconds from a failure to the next attempt."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Reconciler(Generic[T]):
    """Calls `apply` with the wanted state whenever that differs from the state applied last; None is "off"."""

    def __init__(self, name: str, wanted: Callable[[], T | None], apply: Callable[[T | None], Awaitable[None]]) -> None:
        """`name` is for the log. `apply` raises ``OSError`` or ``IpcamdError`` if it fails, and is then called again.
        `wanted` returns the state to apply; it may raise the same errors."""
        self._name = name
        self._wanted = wanted
        self._apply = apply
        self._applied: T | None = None
        self._is_incomplete = False
        """Whether `apply` has not succeeded with that state: parts of it may be active."""
        self._changed = asyncio.Event()
        self._problem = ""
        self._task: asyncio.Task[None] | None = None

    def follow(self, settings: Settings, groups: Iterable[Group], watch: AddressWatch) -> None:
        """Start, and compare after each change of these groups or of an address."""
        for group in groups:
            settings.watch(group.name, lambda _: self.check())
        watch.subscribe(self.check)
        self.start()

    def start(self) -> None:
        """Start."""
        self._changed.set()
        self._task = asyncio.get_running_loop().create_task(self._work())

    def check(self) -> None:
        """Compare soon, because something has changed."""
        self._changed.set()

    async def close(self) -> None:
        """Apply "off", and stop."""
        await end_tasks(self._task)
        if self._applied is not None or self._is_incomplete:
            self._applied = None
            await self._apply(None)

    async def _work(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._reconcile()
            except Exception as error:
                self._report(error)
                asyncio.get_running_loop().call_later(RETRY_S, self._changed.set)

    async def _reconcile(self) -> None:
        wanted = self._wanted()
        if wanted != self._applied or self._is_incomplete:
            self._applied, self._is_incomplete = wanted, True
            await self._apply(wanted)
            self._is_incomplete = False
        self._problem = ""

    def _report(self, error: Exception) -> None:
        if not isinstance(error, OSError | IpcamdError):
            _log.exception("%s failed", self._name)
        elif self._problem != str(error):
            self._problem = str(error)
            _log.warning("%s: %s; the camera retries every %g s", self._name, error, RETRY_S)
