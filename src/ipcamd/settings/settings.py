"""Settings: the present values of all parameters, in memory, and the only way to change them."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace
from typing import Any, TypeVar, cast

from ipcamd.errors import IpcamdError, RequestFailed, SettingRefused, StoreError
from ipcamd.params.device.hardware import HARDWARE
from ipcamd.params.group import Group, Param, Texts, ValueOrigin, Values
from ipcamd.settings.audit_entry import AuditEntry, masked_change
from ipcamd.settings.change_records import CAMERA, Applied, Change, CheckedChange, Requester
from ipcamd.settings.parameter_check import check_settable, find_param, normalized, refuse_without_https
from ipcamd.settings.secret_mask import leaves_secret
from ipcamd.settings.url_mask import cut_urls
from ipcamd.store.database import Database, TransactionPart, Work
from ipcamd.store.settings_table import Name, SettingsTable

Watcher = Callable[[Values], None]
"""Called in the event loop with all values of the group after a change of it is durable."""

Guard = Callable[[Values, Values], AbstractAsyncContextManager[None]]
"""Context manager ``guard(before, after)``, entered before the commit. It may raise ``RequestFailed`` to refuse the
change (a port that is in use). It is left after the commit, or with the exception of a failed commit, to undo its
preparations. It must not change settings itself."""

HardwareCheck = Callable[[], Awaitable[None]]
"""Raises ``RequestFailed`` if the hardware behind a group is missing or does not respond."""

Reader = Callable[[], str]
"""Returns the present value of a parameter of the running device."""

RequesterReader = Callable[[Requester], str]
"""Returns the present value of a parameter for one requester, such as the address of the interface it uses."""

Writer = Callable[[Values, Texts], TransactionPart]
"""Function ``writer(values, sent)`` that sets parameters of ``ValueOrigin.LIVE``. `values` are the group's stored
values after the update, `sent` the live values in the request. It returns its part of the transaction and may raise
``RequestFailed``."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Settings:
    """Settings of one camera. Stored values are kept in memory; a change is written to the disk first."""

    def __init__(self, database: Database, groups: Iterable[Group], factory: Mapping[Name, str]) -> None:
        """`factory` overrides declared defaults (the command line's options). Raises `StoreError`."""
        groups = tuple(groups)
        self._database = database
        self._lock = asyncio.Lock()
        self._watchers: defaultdict[str, list[Watcher]] = defaultdict(list)
        self._guards: defaultdict[str, list[Guard]] = defaultdict(list)
        self._hardware_checks: defaultdict[str, list[HardwareCheck]] = defaultdict(list)
        self._readers: dict[Name, RequesterReader] = {}
        self._presence: dict[str, Callable[[], bool]] = {}
        self._writers: dict[str, Writer] = {}
        self._auditors: list[Callable[[AuditEntry], None]] = []
        self._recorders: list[Callable[[AuditEntry], Work]] = []
        self._groups = {name.lower(): group for group in groups for name in (group.name, *group.aliases)}
        self._params = {(g.name, p.name): p for g in groups for p in g.params if p.origin is ValueOrigin.STORED}
        self._table = SettingsTable(database, self._params)
        known = {name: value for name, value in factory.items() if name in self._params}
        self._factory = _overlaid({group.name: group.values() for group in groups}, known)
        self._values = _overlaid(self._factory, self._table.load())
        self._derived: dict[tuple[str, Hashable], tuple[Values, Any]] = {}

    def __getitem__(self, group: str) -> Values:
        """Return the stored values of a group, by its exact name.

        They are immutable; read them again after a change.
        """
        return self._values[group]

    def factory(self, group: str) -> Values:
        """Return the values that `group` has after a factory default."""
        return self._factory[group]

    def present(self, group: Group, param: Param, by: Requester = CAMERA) -> str:
        """Return the present value of `param`; it can differ from the setting, for instance while an event holds an
        output.
        """
        if reader := self._readers.get((group.name, param.name)):
            return reader(by)
        return self._values[group.name][param.name] if param.origin is ValueOrigin.STORED else param.default

    def is_read(self, group: Group) -> bool:
        """Return whether some present values of the group come from the running device and may differ from
        ``self[group]``.
        """
        return any((group.name, param.name) in self._readers for param in group.params)

    def derive(self, group: Group, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` returns, stored under `key` until the group changes; not stored if `is_read`."""
        values = self[group.name]
        before, result = self._derived.get((group.name, key), (None, None))
        if before is not values:
            result = make()
            if not self.is_read(group):
                self._derived[group.name, key] = values, result
        return cast(T, result)

    def watch(self, group: str, watcher: Watcher) -> None:
        """Call `watcher` after each change of `group`, in the order of the changes."""
        self._watchers[group].append(watcher)

    def follow(self, group: str, watcher: Watcher) -> None:
        """Call `watcher` now, and after each change of `group`."""
        self.watch(group, watcher)
        watcher(self[group])

    def guard(self, group: str, guard: Guard) -> None:
        """Register a guard of each change of `group`."""
        self._guards[group].append(guard)

    def check_hardware(self, group: str, check: HardwareCheck) -> None:
        """Register a check that may refuse updates of `group`, but not a factory default."""
        self._hardware_checks[group].append(check)

    def add_readers(self, readers: Mapping[Name, Reader]) -> None:
        """Register readers of present values."""
        self._readers.update({name: _for_anyone(reader) for name, reader in readers.items()})

    def add_requester_readers(self, readers: Mapping[Name, RequesterReader]) -> None:
        """Register readers of present values that depend on the requester."""
        self._readers.update(readers)

    def add_presence(self, presence: Mapping[str, Callable[[], bool]]) -> None:
        """Register functions that return whether the device has the hardware that parameters of ``Hardware`` count.

        Without such a function, the count decides; with it, the hardware may be unplugged.
        """
        self._presence.update(presence)

    def add_writer(self, group: str, writer: Writer) -> None:
        """Register the writer of the parameters of ``ValueOrigin.LIVE`` of `group`; without one they cannot be set."""
        self._writers[group] = writer

    def audit(self, auditor: Callable[[AuditEntry], None]) -> None:
        """Call `auditor` in the event loop after each successful or refused attempt to change settings."""
        self._auditors.append(auditor)

    def record(self, recorder: Callable[[AuditEntry], Work]) -> None:
        """Run the work that `recorder` returns in the transaction of each change, so each change has its record."""
        self._recorders.append(recorder)

    def check(self, change: Change, by: Requester = CAMERA) -> CheckedChange:
        """Return `change` in canonical form if it is allowed by itself.

        Raises ``RequestFailed``, ``SettingRefused``.
        """
        group, asked, param = find_param(self._groups, change)
        check_settable(f"{asked}.{param.name}", param, by.rank, lambda: self.is_supported(group, param))
        if change.value is None:
            return CheckedChange(group, param, self._factory[group.name][param.name], asked, to_factory=True)
        value = normalized(asked, param, change.value)
        refuse_without_https(f"{asked}.{param.name}", param, value, by)
        return CheckedChange(group, param, value, asked)

    def is_supported(self, group: Group, param: Param) -> bool:
        """Return whether this device has what `param` needs."""
        return self._has(param.needs) and (param.origin is ValueOrigin.STORED or group.name in self._writers)

    def _has(self, feature: str) -> bool:
        if is_present := self._presence.get(feature):
            return is_present()
        count = HARDWARE.param(feature)
        return count is None or self.present(HARDWARE, count) != "0"

    async def update(
        self, changes: Iterable[Change], *parts: TransactionPart, by: Requester = CAMERA, notes: Sequence[str] = ()
    ) -> Applied:
        """Apply all of `changes`, and those that the groups' rules require, or none: first on disk, then in memory,
        then watchers.

        `parts` of others (the clock) are in the same transaction; `notes` describe them in the audit record. A value
        equal to the present one is stored too and then overrides the factory value. Raises ``RequestFailed`` if a
        change is not allowed or a guard refuses it, and `StoreError`.
        """
        changes = tuple(changes)
        entry = AuditEntry(
            time.time_ns(), by, (*(masked_change(self._groups, change) for change in changes), *notes), ""
        )
        return await self._database.complete(self._audited(self._update(changes, parts, entry), entry))

    async def reset(
        self, keep: Callable[[Param], bool] = lambda _: False, *parts: TransactionPart, by: Requester = CAMERA
    ) -> None:
        """Return all stored parameters to their factory values, except those for which `keep` is true (SDK 2.1).

        `parts`, such as accounts, are in the same transaction. Raises the errors of `update`.
        """
        entry = AuditEntry(time.time_ns(), by, ("factory default",), "")
        await self._database.complete(self._audited(self._reset(keep, parts, entry), entry))

    async def _audited(self, attempt: Coroutine[Any, Any, T], entry: AuditEntry) -> T:
        failure = "an internal error"
        try:
            outcome = await attempt
            failure = ""
        except IpcamdError as error:
            failure = cut_urls(str(error))
            raise
        finally:
            self._tell_auditors(replace(entry, failure=failure))
        return outcome

    async def _update(
        self, changes: Iterable[Change], parts: tuple[TransactionPart, ...], entry: AuditEntry
    ) -> Applied:
        async with self._lock:
            checked = {(c.group.name, c.param.name): c for c in (self.check(change, entry.by) for change in changes)}
            sent = {name: c for name, c in checked.items() if not leaves_secret(c.param, c.value)}
            followed = self._followed(sent)
            stored = {name: c for name, c in (sent | followed).items() if c.param.origin is ValueOrigin.STORED}
            after = _overlaid(self._values, {name: c.value for name, c in stored.items()})
            parts = (*parts, *self._written(sent, after))
            await self._ask_hardware({group for group, _ in sent})
            undo = tuple(self._before(name) for name in stored)
            if stored or parts:
                rows = {name: None if c.to_factory else c.value for name, c in stored.items()}
                await self._commit(after, self._table.save(rows), parts, entry)
        return Applied(tuple(checked.values()), tuple(followed.values()), undo)

    async def _reset(
        self, keep: Callable[[Param], bool], parts: tuple[TransactionPart, ...], entry: AuditEntry
    ) -> None:
        async with self._lock:
            kept = {name for name, param in self._params.items() if keep(param)}
            after = _overlaid(self._factory, {(group, name): self._values[group][name] for group, name in kept})
            await self._commit(after, self._table.clear(kept), parts, entry)
            await self._database.purge()

    async def _ask_hardware(self, groups: set[str]) -> None:
        """Check the hardware behind these groups. Raises ``SettingRefused``."""
        for group in sorted(groups):
            for check in self._hardware_checks.get(group, ()):
                try:
                    await check()
                except RequestFailed as error:
                    raise SettingRefused(group, str(error)) from error

    def _followed(self, sent: Mapping[Name, CheckedChange]) -> dict[Name, CheckedChange]:
        """Return the changes that the rules of the groups require. Raises ``RequestFailed``."""
        followed = {}
        for group, asked, texts in _grouped(sent):
            if group.normalize:
                for name, value in group.normalize(self._values[group.name] | texts, texts).items():
                    param = next(p for p in group.params if p.name == name)
                    followed[group.name, name] = CheckedChange(group, param, value, asked)
        return followed

    def _written(self, sent: Mapping[Name, CheckedChange], after: Mapping[str, Values]) -> list[TransactionPart]:
        """Return the transaction parts of the groups with live parameters. Raises ``RequestFailed``."""
        live = {name: c for name, c in sent.items() if c.param.origin is ValueOrigin.LIVE}
        return [self._writers[group.name](after[group.name], texts) for group, _, texts in _grouped(live)]

    def _before(self, name: Name) -> Change:
        group, param = name
        value = self._values[group][param]
        return Change(group, param, None if value == self._factory[group][param] else value)

    async def _commit(
        self, after: dict[str, Values], save: Work, parts: tuple[TransactionPart, ...], entry: AuditEntry
    ) -> None:
        """Replace all values by `after`: guards, disk, memory, watchers."""
        changed = {group: values for group, values in after.items() if values != self._values[group]}
        done = False
        try:
            async with AsyncExitStack() as stack:
                for group, values in changed.items():
                    for guard in self._guards[group]:
                        await stack.enter_async_context(guard(self._values[group], values))
                for part in parts:
                    await stack.enter_async_context(part.lock)
                records = (recorder(entry) for recorder in self._recorders if entry.changes)
                await self._database.write(save, *(part.save for part in parts), *records)
                done = True
                self._values = after
                for part in parts:
                    part.done()
        except Exception:
            if not done:
                raise
            _log.exception("a change is stored, but a part could not apply it")
        if not done:  # a guard suppressed the commit's exception
            raise StoreError("the settings could not be saved")
        self._notify(changed)

    def _notify(self, changed: Mapping[str, Values]) -> None:
        for group, values in changed.items():
            for watcher in self._watchers[group]:
                _call(watcher, values, f"a part could not apply the change of {group}")

    def _tell_auditors(self, entry: AuditEntry) -> None:
        for auditor in self._auditors:
            _call(auditor, entry, "a change could not be recorded")


def _for_anyone(reader: Reader) -> RequesterReader:
    return lambda _: reader()


def _call(listener: Callable[[T], None], value: T, failure: str) -> None:
    """Call one listener; an exception in it does not affect the others."""
    try:
        listener(value)
    except Exception:
        _log.exception(failure)


def _overlaid(below: Mapping[str, Values], texts: Mapping[Name, str]) -> dict[str, Values]:
    """Return `below` updated with `texts`; unchanged groups are the same objects."""
    touched: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for (group, name), text in texts.items():
        touched[group][name] = text
    return {group: values | touched[group] if group in touched else values for group, values in below.items()}


def _grouped(changes: Mapping[Name, CheckedChange]) -> Sequence[tuple[Group, str, dict[str, str]]]:
    """Return each group that `changes` concern, its requested name, and its parameters' new texts."""
    found: dict[str, tuple[Group, str, dict[str, str]]] = {}
    for (group, name), change in changes.items():
        found.setdefault(group, (change.group, change.asked, {}))[2][name] = change.value
    return list(found.values())
