"""IP filter (SDK 7): permitted addresses, for all services."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from ipcamd.access.ip_filter_rules import FilterRules
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Values
from ipcamd.params.ipfilter import IP_FILTER, LISTS, MAX_ENTRIES
from ipcamd.params.kinds.address_range import AddressRange
from ipcamd.settings.change_records import Change, Requester
from ipcamd.settings.settings import Settings

Entries = Mapping[str, Sequence[AddressRange]]
"""Ranges by the exact name of their list."""


class IpFilter:
    """The rules in force, and the only way to change them. All services call `allows`."""

    def __init__(self, settings: Settings, is_enforced: bool = True) -> None:
        """Without `is_enforced` every address is allowed; changed rules take effect at a later start."""
        self._is_enforced = is_enforced
        self._settings = settings
        self._lock = asyncio.Lock()  # concurrent additions must not overwrite each other
        self._watchers: list[Callable[[], None]] = []
        self._rules = FilterRules.of(settings[IP_FILTER.name])
        settings.watch(IP_FILTER.name, self._follow)

    def allows(self, address: str) -> bool:
        """Whether this IP address may use the camera; IPv4-mapped IPv6 counts as IPv4, a zone is ignored."""
        return not self._is_enforced or self._rules.allows(address)

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` after each change of the rules, in the event loop."""
        self._watchers.append(watcher)

    @property
    def policy(self) -> str:
        """``Both`` if the rules are enabled, else ``Disable``."""
        return self._settings[IP_FILTER.name]["Policy"]

    def entries(self, name: str) -> tuple[AddressRange, ...]:
        """Return the list of that exact name, in the order added."""
        entries: tuple[AddressRange, ...] = self._settings[IP_FILTER.name].value(name)
        return entries

    async def add(self, added: Entries, by: Requester, keep: Sequence[str] = ()) -> None:
        """Append entries to their lists; durable on return. `keep` are IP addresses that must not be locked out.

        Raises `RequestFailed` and `StoreError`; then nothing has changed.
        """
        async with self._lock:
            await self._change({name: self._with(name, entries) for name, entries in added.items()}, by, keep)

    async def remove(self, removed: Entries, by: Requester, keep: Sequence[str] = ()) -> None:
        """Remove entries, in any spelling. Otherwise as `add`."""
        async with self._lock:
            await self._change({name: self._without(name, entries) for name, entries in removed.items()}, by, keep)

    async def set_policy(self, policy: str, by: Requester, keep: Sequence[str] = ()) -> None:
        """Enable or disable the rules: ``Both`` or ``Disable``. Otherwise as `add`."""
        async with self._lock:
            await self._change({"Policy": policy}, by, keep)

    async def replace(self, lists: Mapping[str, str], by: Requester, keep: Sequence[str] = ()) -> None:
        """Replace whole lists, and enable the rules. Otherwise as `add`."""
        async with self._lock:
            await self._change({**lists, "Policy": "Both"}, by, keep)

    async def remove_all(self, by: Requester) -> None:
        """Remove all entries and disable the filter; durable on return. Raises `StoreError`."""
        async with self._lock:
            await self._change({"Policy": "Disable"} | dict.fromkeys(LISTS, ""), by, ())

    def _with(self, name: str, added: Sequence[AddressRange]) -> str:
        entries = list(self.entries(name))
        for entry in added:
            if entry in entries:
                raise RequestFailed(f"{name}={entry.text}: it is already in the list")
            entries.append(entry)
        if len(entries) > MAX_ENTRIES:
            raise RequestFailed(f"{name}: {len(entries)} entries; allowed: at most {MAX_ENTRIES}")
        return _joined(entries)

    def _without(self, name: str, removed: Sequence[AddressRange]) -> str:
        entries = self.entries(name)
        for entry in removed:
            if entry not in entries:
                raise RequestFailed(f"{name}={entry.text}: it is not in the list")
        return _joined([entry for entry in entries if entry not in removed])

    async def _change(self, texts: Mapping[str, str], by: Requester, keep: Sequence[str]) -> None:
        self.refuse_lock_out(texts, keep)
        await self._settings.update([Change(IP_FILTER.name, name, text) for name, text in texts.items()], by=by)

    def refuse_lock_out(self, texts: Mapping[str, str], addresses: Sequence[str]) -> None:
        """Raise ``RequestFailed`` if the new values would lock out one of `addresses`, from which they are sent."""
        after = FilterRules.of(self._settings[IP_FILTER.name] | texts)
        for address in addresses:
            if texts and after.locks_out(address, self._rules):
                raise RequestFailed(
                    f"this would lock out {address}, which sent the request; force=yes applies it anyway"
                )

    def _follow(self, values: Values) -> None:
        self._rules = FilterRules.of(values)
        for watcher in self._watchers:
            watcher()


def _joined(entries: Sequence[AddressRange]) -> str:
    return ",".join(entry.text for entry in entries)
