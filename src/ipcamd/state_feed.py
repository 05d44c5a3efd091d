"""State feed: tells open pages of the device's state and of changed settings.

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
from ipcamd.settings.change_records import hide_secret
from ipcamd.settings.settings import Settings

BUSY_S = 0.3
"""Seconds to the next look while the state changes."""
IDLE_S = 1.0
"""Seconds to the next look while it does not; most changes are told at once, see `StateFeed.notice`."""

State = Mapping[str, object]
"""Parts of the state, to be sent as JSON."""


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
        """Return a queue that holds the whole state, and gets all that changes until it is closed."""
        if not self._queues:
            self._last = {}
        queue = StateQueue(rank, self._forget)
        self._queues[queue] = None
        self._look()
        queue.put("state", self._last)
        return queue

    def notice(self, *_: object) -> None:
        """Look at once: something may have changed."""
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
    """Messages for one page, to be closed at the end.

    A page that is too slow misses values that newer ones have replaced: no more waits than one value for each part of
    the state, and one for each group.
    """

    def __init__(self, rank: Rank, forget: "Callable[[StateQueue], None]") -> None:
        """`rank` limits which settings it gets; `forget` is called when it is closed."""
        self.rank = rank
        """The right of the page's account."""
        self._forget = forget
        self._waiting: dict[str, dict[str, object]] = {}
        self._filled = asyncio.Event()

    def put(self, kind: str, values: State) -> None:
        """Let the page have these values, of the kind ``state`` or ``settings``."""
        self._waiting.setdefault(kind, {}).update(values)
        self._filled.set()

    async def get(self) -> list[tuple[str, dict[str, object]]]:
        """Return all that waits, kind and values; wait until there is something."""
        await self._filled.wait()
        self._filled.clear()
        waiting, self._waiting = self._waiting, {}
        return list(waiting.items())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._forget(self)


def readable_values(settings: Settings, group: Group, rank: Rank) -> dict[str, str]:
    """Return the present values of a group that an account of `rank` may read; passwords that are set are hidden."""
    return {p.name: hide_secret(p, settings.present(group, p)) for p in group.params if p.get <= rank}
