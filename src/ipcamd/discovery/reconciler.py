"""Reconciler: applies the wanted state of a part in its own task, and retries after a failure; and a group of them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Generic, TypeVar

from ipcamd.discovery.address_watch import AddressWatch
from ipcamd.errors import IpcamdError
from ipcamd.params.group import Group
from ipcamd.settings.settings import Settings

RETRY_S = 30.0
"""Seconds from a failure to the next attempt."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Reconciler(Generic[T]):
    """Calls `apply` with the wanted state whenever that differs from the state applied last; None is "off"."""

    def __init__(self, name: str, wanted: Callable[[], T | None], apply: Callable[[T | None], Awaitable[None]]) -> None:
        """`name` is for the log. `apply` raises ``OSError`` or ``IpcamdError`` if it fails, and is then called again.
        `wanted` returns the state to apply."""
        self._name = name
        self._wanted = wanted
        self._apply = apply
        self._applied: T | None = None
        self._changed = asyncio.Event()
        self._problem = ""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start."""
        self._changed.set()
        self._task = asyncio.get_running_loop().create_task(self._work())

    def check(self) -> None:
        """Compare soon, because something has changed."""
        self._changed.set()

    async def close(self) -> None:
        """Apply "off", and stop."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._applied is not None:
            self._applied = None
            await self._apply(None)

    async def _work(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            wanted = self._wanted()
            if wanted != self._applied and not await self._attempt(wanted):
                asyncio.get_running_loop().call_later(RETRY_S, self._changed.set)

    async def _attempt(self, wanted: T | None) -> bool:
        self._applied = wanted  # also after a failure or cancellation: parts of it may be active
        try:
            await self._apply(wanted)
        except Exception as error:
            self._applied = None
            self._report(error)
            return False
        self._problem = ""
        return True

    def _report(self, error: Exception) -> None:
        if not isinstance(error, OSError | IpcamdError):
            _log.exception("%s failed", self._name)
        elif self._problem != str(error):
            self._problem = str(error)
            _log.warning("%s: %s; the camera retries every %g s", self._name, error, RETRY_S)


class ReconcilerGroup:
    """Reconcilers that follow the same settings and the machine's addresses."""

    def __init__(self, *reconcilers: Reconciler[Any]) -> None:
        self._reconcilers = reconcilers

    def start(self, settings: Settings, groups: Iterable[Group], watch: AddressWatch) -> None:
        """Start, and compare after each change of these groups or of an address."""
        for group in groups:
            settings.watch(group.name, lambda _: self._check())
        watch.subscribe(self._check)
        for reconciler in self._reconcilers:
            reconciler.start()

    async def close(self) -> None:
        """Apply "off" to all, and stop."""
        await asyncio.gather(*(reconciler.close() for reconciler in self._reconcilers))

    def _check(self) -> None:
        for reconciler in self._reconcilers:
            reconciler.check()
