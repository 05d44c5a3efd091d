"""The parameters' present values, and the one way to change them."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass

from ipcamd.params.group import Group, Origin, Values
from ipcamd.store.database import Database

Watcher = Callable[[Values], None]
"""Called in the event loop with the whole group, after a change of it is durable."""

Guard = Callable[[Values, Values], AbstractAsyncContextManager[None]]
"""``guard(before, after)``: entered before the commit, where it may raise ``RequestFailed`` to refuse (a port that is
taken); left after the commit, or with the exception if the commit failed, to undo what it prepared."""


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter's new value."""

    group: str
    name: str
    value: str


class Settings:
    """All stored parameters, in memory; a change reaches the disk before it reaches memory."""

    def __init__(self, database: Database, groups: Iterable[Group], factory: Mapping[tuple[str, str], str]) -> None:
        """`factory` overrides declared defaults (the command line's options)."""
        self._database = database
        self._lock = asyncio.Lock()
        self._watchers: dict[str, list[Watcher]] = {}
        self._guards: dict[str, list[Guard]] = {}
        self._factory = {
            g.name: {p.name: factory.get((g.name, p.name), p.default) for p in g.params if p.origin is Origin.STORED}
            for g in groups
        }
        self._values = {name: dict(values) for name, values in self._factory.items()}
        for group, name, value in database.rows("SELECT grp, name, value FROM setting"):
            if str(name) in self._values.get(str(group), {}):
                self._values[str(group)][str(name)] = str(value)

    def __getitem__(self, group: str) -> Values:
        """Return the present values of a group, by its exact name; treat it as read-only."""
        return self._values[group]

    def watch(self, group: str, watcher: Watcher) -> None:
        """Call `watcher` after each change of `group`."""
        self._watchers.setdefault(group, []).append(watcher)

    def guard(self, group: str, guard: Guard) -> None:
        """Let `guard` take part in each change of `group`."""
        self._guards.setdefault(group, []).append(guard)

    async def update(self, changes: Iterable[Change]) -> None:
        """Make all of `changes`, or none: durable first, then visible, then told to those who watch.

        Values must be canonical and settled already (`ipcamd.cgi.param`). Raises ``StoreError`` or what a guard raises.
        """
        async with self._lock:
            changes = list(changes)
            after = {c.group: dict(self._values[c.group]) for c in changes}
            for change in changes:
                after[change.group][change.name] = change.value
            async with AsyncExitStack() as stack:
                for group, values in after.items():
                    for guard in self._guards.get(group, ()):
                        await stack.enter_async_context(guard(self._values[group], values))
                await self._database.write(lambda connection: _save(connection, changes))
                self._values.update(after)
            self._tell(after)

    def _tell(self, after: Mapping[str, Values]) -> None:
        for group, values in after.items():
            for watcher in self._watchers.get(group, ()):
                watcher(values)


def _save(connection: sqlite3.Connection, changes: Iterable[Change]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO setting VALUES (?, ?, ?)", [(c.group, c.name, c.value) for c in changes]
    )
