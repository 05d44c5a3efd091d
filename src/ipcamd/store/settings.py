"""The parameters' present values, and the one way to change them."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from types import MappingProxyType

from ipcamd.errors import RequestFailed, StoreError
from ipcamd.params.group import Group, Origin, Param, Values
from ipcamd.store.database import Database, TransactionPart, Work

Watcher = Callable[[Values], None]
"""Called in the event loop with the whole group, after a change of it is durable."""

Guard = Callable[[Values, Values], AbstractAsyncContextManager[None]]
"""``guard(before, after)``: entered before the commit, where it may raise ``RequestFailed`` to refuse (a port that is
taken); left after the commit, or with the exception if the commit failed, to undo what it prepared. It must not update
settings itself."""

Name = tuple[str, str]
"""Group and parameter."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter's new value."""

    group: str
    name: str
    value: str


def _nothing(_: Param) -> bool:
    return False


class Settings:
    """All stored parameters, in memory; a change reaches the disk before it reaches memory."""

    def __init__(self, database: Database, groups: Iterable[Group], factory: Mapping[Name, str]) -> None:
        """`factory` overrides declared defaults (the command line's options). Raises `StoreError`."""
        groups = tuple(groups)
        self._database = database
        self._lock = asyncio.Lock()
        self._watchers: dict[str, list[Watcher]] = {}
        self._guards: dict[str, list[Guard]] = {}
        self._rules = {group.name: group.settle for group in groups if group.settle}
        self._params = {(g.name, p.name): p for g in groups for p in g.params if p.origin is Origin.STORED}
        defaults = {name: factory.get(name, param.default) for name, param in self._params.items()}
        self._factory = _over({group.name: {} for group in groups}, defaults)
        self._values = _over(self._factory, self._stored())

    def __getitem__(self, group: str) -> Values:
        """Return the present values of a group, by its exact name. They stay as they are; ask again after a change."""
        return self._values[group]

    def factory(self, group: str) -> Values:
        """Return the values that `group` has after a factory default."""
        return self._factory[group]

    def watch(self, group: str, watcher: Watcher) -> None:
        """Call `watcher` after each change of `group`, in the order of the changes."""
        self._watchers.setdefault(group, []).append(watcher)

    def guard(self, group: str, guard: Guard) -> None:
        """Let `guard` take part in each change of `group`."""
        self._guards.setdefault(group, []).append(guard)

    async def update(self, changes: Iterable[Change], *steps: TransactionPart) -> None:
        """Make all of `changes`, or none: durable first, then visible, then told to those who watch.

        `steps` of other parts (the clock's) are taken with them, all or nothing.

        Values must be canonical and settled already (`ipcamd.cgi.param`). A value that is the same as before is kept
        too: from now on it wins over the factory value. Raises `StoreError`, what a guard raises, ``KeyError``, or
        `RequestFailed` if another update came first and the two together break a rule of the group.
        """
        values = {(c.group, c.name): c.value for c in changes}
        for name in values:
            self._params[name]
        await self._database.complete(self._update(values, steps))

    async def reset(self, keep: Callable[[Param], bool] = _nothing, *steps: TransactionPart) -> None:
        """Give all parameters their factory values but those that `keep` wants (SDK 2.1).

        `steps` are taken with it, all or nothing: accounts, facts. Raises what `update` raises.
        """
        await self._database.complete(self._reset(keep, steps))

    async def _update(self, values: Mapping[Name, str], steps: tuple[TransactionPart, ...]) -> None:
        async with self._lock:
            after = _over(self._values, values)
            self._check({group: after[group] for group, _ in values})
            await self._turn(after, lambda connection: self._save(connection, values), steps)

    async def _reset(self, keep: Callable[[Param], bool], steps: tuple[TransactionPart, ...]) -> None:
        async with self._lock:
            kept = {(group, name) for (group, name), param in self._params.items() if keep(param)}
            after = _over(self._factory, {(group, name): self._values[group][name] for group, name in kept})
            await self._turn(after, lambda connection: _clear(connection, kept), steps)
            await self._database.purge()

    def _check(self, touched: Mapping[str, Values]) -> None:
        for group, values in touched.items():
            if group in self._rules and self._rules[group](values, {}):
                raise RequestFailed(f"group={group}: another request changed it meanwhile; ask again")

    async def _turn(self, after: dict[str, Values], save: Work, steps: tuple[TransactionPart, ...] = ()) -> None:
        """Replace all values by `after`: guards, disk, memory, watchers."""
        changed = {group: values for group, values in after.items() if values != self._values[group]}
        done = False
        try:
            async with AsyncExitStack() as stack:
                for group, values in changed.items():
                    for guard in self._guards.get(group, ()):
                        await stack.enter_async_context(guard(self._values[group], values))
                for step in steps:
                    await stack.enter_async_context(step.lock)
                await self._database.write(save, *(step.save for step in steps))
                done = True
                self._values = after
                for step in steps:
                    step.done()
        except Exception:
            if not done:
                raise
            _log.exception("a change is made, but a part could not follow it")  # it must not be answered as failed
        if not done:  # a guard swallowed the error of the commit
            raise StoreError("the settings could not be saved")
        self._tell(changed)

    def _tell(self, changed: Mapping[str, Values]) -> None:
        for group, values in changed.items():
            for watcher in self._watchers.get(group, ()):
                try:
                    watcher(values)
                except Exception:  # the other parts must hear of it nevertheless
                    _log.exception("a part could not follow the change of %s", group)

    def _save(self, connection: sqlite3.Connection, values: Mapping[Name, str]) -> None:
        rows = [(*name, self._kept(name, value)) for name, value in values.items()]
        connection.executemany("INSERT OR REPLACE INTO setting VALUES (?, ?, ?)", rows)

    def _kept(self, name: Name, value: str) -> str | bytes:
        """Return what is written for a value: secrets are sealed, and therefore bytes."""
        return self._database.secret_box.encrypt(value, _place(name)) if value and self._params[name].secret else value

    def _stored(self) -> dict[Name, str]:
        """Return what the database holds for parameters that exist; what it holds for others stays there untouched."""
        rows = self._database.rows("SELECT grp, name, value FROM setting")
        values = {
            (group, name): self._read((group, name), kept)
            for group, name, kept in rows
            if (group, name) in self._params
        }
        return {name: value for name, value in values.items() if value is not None}

    def _read(self, name: Name, kept: str | bytes) -> str | None:
        """Return the value that was kept; None if it is of no use: its key is lost, or another version allowed more."""
        value = self._database.secret_box.decrypt(kept, _place(name)) if isinstance(kept, bytes) else kept
        try:
            if value is not None:
                return value if value == self._params[name].default else self._params[name].kind.parse(value)
        except ValueError:
            pass
        _log.error("the stored value of %s.%s cannot be used: it has its factory value", *name)
        return None


def _over(below: Mapping[str, Values], values: Mapping[Name, str]) -> dict[str, Values]:
    """Return `below` with `values` laid over it; groups that they do not touch are the same objects."""
    touched = {group: dict(below[group]) for group, _ in values}
    for (group, name), value in values.items():
        touched[group][name] = value
    return {group: MappingProxyType(touched[group]) if group in touched else below[group] for group in below}


def _place(name: Name) -> str:
    return f"setting {name[0]}.{name[1]}"


def _clear(connection: sqlite3.Connection, kept: set[Name]) -> None:
    names = set(connection.execute("SELECT grp, name FROM setting").fetchall())
    connection.executemany("DELETE FROM setting WHERE grp = ? AND name = ?", names - kept)
