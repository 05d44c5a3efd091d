"""Factory default (SDK 2.1): one transaction that leaves what is named here, and nothing else."""

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
from ipcamd.store.eventlog import EventLog, EventLogEntry
from ipcamd.store.keyvalue import KeyValueStore

KEPT_KEYS = (MAC, SERIAL, FINGERPRINT)
"""Entries of the key-value store that no factory default deletes: the identity, and that of the encryption key."""
NETWORK_KEYS = (PENDING,)
"""Entries that belong to the network's parameters: a change that nobody has confirmed yet must still be undone."""


class FactoryDefault:
    """Brings the factory values back. The camera must be restarted then: its parts still have the old ones in memory,
    but can store nothing any more."""

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
        """Forget everything (mode 1); the first administrator is made anew. Durable on return.

        Raises ``RequestFailed`` and ``StoreError``, then nothing was changed.
        """
        accounts = self._accounts.reset(self._options.admin_user, self._options.admin_password or None)
        await self._settings.reset(lambda _: False, *self._parts(accounts, KEPT_KEYS, 1, by), by=by)

    async def reset_but_network(self, by: Requester) -> None:
        """Forget everything but the network's parameters, zone, daylight saving, and the account that asks for it
        (mode 2). Durable on return. Raises as `reset`."""
        accounts = self._accounts.remove_others(by.name)
        await self._settings.reset(_is_kept, *self._parts(accounts, (*KEPT_KEYS, *NETWORK_KEYS), 2, by), by=by)

    def _parts(
        self, accounts: TransactionPart, keys: Collection[str], mode: int, by: Requester
    ) -> Iterator[TransactionPart]:
        entry = EventLogEntry(self._now_ns(), "factory default", done=f"mode {mode} by {by.name} ({by.address})")
        yield accounts
        yield self._key_values.forget_all_but(*keys)
        yield TransactionPart(erase_tables, _nothing)
        yield TransactionPart(LastWork(EventLog.begin_with(entry)), _nothing)


def _is_kept(param: Param) -> bool:
    return param.network


def _nothing() -> None:
    pass
