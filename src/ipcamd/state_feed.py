"""State feed: sends the device's state and changed settings to open pages.

While a page is open, one timer for all pages reads the state: several times a second while it changes, else once a
second. Without pages nothing runs.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Self

from ipcamd.params import ALL_GROUPS
from ipcamd.params.group import Group, Rank
from ipcamd.settings.secret_mask import hide_secret
from ipcamd.settings.settings import Settings

BUSY_S = 0.3
"""Interval of readings while the state changes, in seconds."""
IDLE_S = 1.0
"""Interval of readings while the state is constant, in seconds; most changes are sent at once, see `StateFeed.refresh`.
"""

State = Mapping[str, object]
"""Parts of the state, as JSON values."""


class StateFeed:
    """All open pages of one camera. For the event loop."""

    def __init__(self, settings: Settings, read: Callable[[], State]) -> None:
        """`read` returns the present state."""
        self._settings, self._read = settings, read
        self._queues: dict[StateQueue, None] = {}
        self._last: State = {}
        self._timer: asyncio.TimerHandle | None = None
        for group in ALL_GROUPS:
            settings.watch(group.name, partial(self._tell_settings, group))

    def __len__(self) -> int:
        return len(self._queues)

    def open(self, rank: Rank) -> "StateQueue":
        """Return a queue with the complete state and all later changes, which must be closed."""
        if not self._queues:
            self._last = {}
        queue = StateQueue(rank, self._forget)
        self._queues[queue] = None
        self._look()
        queue.put("state", self._last)
        return queue

    def refresh(self, *_: object) -> None:
        """Read the state at once, because it may have changed."""
        if self._queues:
            self._look_in(0)

    def _forget(self, queue: "StateQueue") -> None:
        self._queues.pop(queue, None)
        if self._timer and not self._queues:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        state = self._read()
        changes = {name: value for name, value in state.items() if self._last.get(name) != value}
        self._last = state
        if changes:
            for queue in self._queues:
                queue.put("state", changes)
        self._look_in(BUSY_S if changes else IDLE_S)

    def _look_in(self, seconds: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _tell_settings(self, group: Group, _: object) -> None:
        for queue in self._queues:
            if values := readable_values(self._settings, group, queue.rank):
                queue.put("settings", {group.name: values})


class StateQueue:
    """Messages for one page; must be closed.

    For a slow page, newer values replace waiting ones: at most one value for each part of the state and each group
    waits.
    """

    def __init__(self, rank: Rank, forget: "Callable[[StateQueue], None]") -> None:
        """`rank` limits the settings; `forget` is called at the end."""
        self.rank = rank
        """Rank of the page's account."""
        self._forget = forget
        self._waiting: dict[str, dict[str, object]] = {}
        self._filled = asyncio.Event()

    def put(self, kind: str, values: State) -> None:
        """Queue values of the kind ``state`` or ``settings``."""
        self._waiting.setdefault(kind, {}).update(values)
        self._filled.set()

    async def get(self) -> list[tuple[str, dict[str, object]]]:
        """Return all waiting kinds and values; wait for the first one."""
        await self._filled.wait()
        self._filled.clear()
        waiting, self._waiting = self._waiting, {}
        return list(waiting.items())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._forget(self)


def readable_values(settings: Settings, group: Group, rank: Rank) -> dict[str, str]:
    """Return the present values of a group that an account of `rank` may read; stored passwords are masked."""
    return {p.name: hide_secret(p, settings.present(group, p)) for p in group.params if p.get <= rank}
