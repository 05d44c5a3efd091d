"""Factory default (SDK 2.1): one transaction that keeps only the named data."""

from collections.abc import Callable, Collection, Iterator

from ipcamd.access.accounts import Accounts
from ipcamd.device.identity import MAC, SERIAL
from ipcamd.network.address_change import PENDING
from ipcamd.options.values import Options
from ipcamd.params.group import Param
from ipcamd.settings.change_records import Requester
from ipcamd.settings.settings import Settings
from ipcamd.store.database import FINGERPRINT, LastWork, TransactionPart
from ipcamd.store.erasure import erase_tables
from ipcamd.store.event_log_table import EventLog, EventLogEntry
from ipcamd.store.keyvalue import KeyValueStore

KEPT_KEYS = (MAC, SERIAL, FINGERPRINT)
"""Entries of the key-value store that a factory default keeps: the identity, and that of the encryption key."""
NETWORK_KEYS = (PENDING,)
"""Entries of the network parameters, because an unconfirmed change must still be reverted."""


class FactoryDefault:
    """Restores the factory values. The camera must be restarted afterwards: its parts still have the old values in
    memory, but can store nothing more."""

    def __init__(
        self,
        settings: Settings,
        accounts: Accounts,
        key_values: KeyValueStore,
        options: Options,
        now_ns: Callable[[], int],
    ) -> None:
        self._settings = settings
        self._accounts = accounts
        self._key_values = key_values
        self._options = options
        self._now_ns = now_ns

    async def reset(self, by: Requester) -> None:
        """Erase everything (mode 1); the first administrator is created again. Durable on return. Raises
        ``RequestFailed`` and ``StoreError``; then nothing has changed."""
        accounts = self._accounts.reset(self._options.admin_user, self._options.admin_password or None)
        await self._settings.reset(lambda _: False, *self._parts(accounts, KEPT_KEYS, 1, by), by=by)

    async def reset_but_network(self, by: Requester) -> None:
        """Erase everything except network parameters, zone, daylight saving, and the requester's account (mode 2).
        Durable on return. Raises as `reset`."""
        accounts = self._accounts.remove_others(by.name)
        await self._settings.reset(_is_kept, *self._parts(accounts, (*KEPT_KEYS, *NETWORK_KEYS), 2, by), by=by)

    def _parts(
        self, accounts: TransactionPart, keys: Collection[str], mode: int, by: Requester
    ) -> Iterator[TransactionPart]:
        entry = EventLogEntry(self._now_ns(), "factory default", done=f"mode {mode} by {by.name} ({by.address})")
        yield accounts
        yield self._key_values.forget_all_but(*keys)
        yield TransactionPart(erase_tables)
        yield TransactionPart(LastWork(EventLog.begin_with(entry)))


def _is_kept(param: Param) -> bool:
    return param.network
