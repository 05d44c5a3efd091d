"""Backup and restore of a camera: all changed settings in one file; a restore is complete or changes nothing."""

import asyncio
import json
from collections.abc import Iterable, Iterator

import ipcamd
from ipcamd.access.accounts import Accounts
from ipcamd.access.ip_filter import IpFilter
from ipcamd.errors import RequestFailed, shown
from ipcamd.maintenance.backup.backup_file import Backup, StoredLogin, dump_backup, load_backup
from ipcamd.maintenance.backup.passphrase import check_passphrase
from ipcamd.params import ALL_GROUPS
from ipcamd.params.group import Group, Param, Rank, ValueOrigin
from ipcamd.params.ipfilter import IP_FILTER
from ipcamd.settings.change_records import Change, Requester
from ipcamd.settings.parameter_check import normalized
from ipcamd.settings.settings import Settings
from ipcamd.store.database import TransactionPart
from ipcamd.store.keyvalue import KeyValueStore

POSITIONS = ("ptz.home", *(f"ptz.preset.{number}" for number in range(1, 9)))
"""Keys of the key-value store in a backup."""
_RANKS = {rank.name.lower(): rank for rank in (Rank.ADMIN, Rank.USERS, Rank.GUEST)}


class BackupService:
    """Creates and restores backups."""

    def __init__(self, settings: Settings, accounts: Accounts, key_values: KeyValueStore, ip_filter: IpFilter) -> None:
        self._settings = settings
        self._accounts = accounts
        self._key_values = key_values
        self._ip_filter = ip_filter

    async def save(self, passphrase: str) -> bytes:
        """Return the backup as a file; with secrets and accounts if there is a passphrase. Raises ``RequestFailed``."""
        if passphrase:
            check_passphrase(passphrase)
        values = {(group, param): self._settings[group.name][param.name] for group, param in _backed_up()}
        set_values = {key: value for key, value in values.items() if value != self._factory_value(*key)}
        backup = Backup(
            ipcamd.__version__,
            {_name(*key): value for key, value in set_values.items() if not key[1].secret},
            {key: text for key in POSITIONS if (text := self._key_values.get(key))},
            {_name(*key): value for key, value in set_values.items() if key[1].secret},
            {name: self._login(name) for name in self._accounts.entries} if passphrase else None,
        )
        return await asyncio.to_thread(dump_backup, backup, passphrase)

    async def restore(self, data: bytes, passphrase: str, network: bool, by: Requester, keep: tuple[str, ...]) -> int:
        """Restore the contents of `data`; return the number of changed parameters. Durable on return.

        Parameters that are not in the file get their factory values; without a `passphrase`, secrets and accounts
        remain; without `network`, network parameters remain. `keep` are addresses that must not be locked out. Raises
        ``RequestFailed`` and ``StoreError``; then nothing has changed.
        """
        backup = await asyncio.to_thread(load_backup, data, passphrase)
        changes = list(self._changes(backup, network))
        self._ip_filter.refuse_lock_out(self._filter_texts(changes), keep)
        await self._settings.update(
            changes, *self._parts(backup), by=by, notes=(f"restored from a backup of version {shown(backup.version)}",)
        )
        return len(changes)

    def _changes(self, backup: Backup, network: bool) -> Iterator[Change]:
        sources = {False: backup.settings, True: backup.secrets}
        for group, param in _backed_up():
            source = sources[param.secret]
            if source is None or (param.network and not network):
                continue
            wanted = source.get(_name(group, param))
            present = self._settings[group.name][param.name]
            if present != (self._factory_value(group, param) if wanted is None else wanted):
                yield Change(group.name, param.name, wanted)

    def _parts(self, backup: Backup) -> Iterator[TransactionPart]:
        for key in POSITIONS:
            text = backup.positions.get(key)
            yield self._key_values.keep(key, _checked(key, text)) if text else self._key_values.forget(key)
        if backup.accounts is not None:
            logins = {name: _checked_login(name, login) for name, login in backup.accounts.items()}
            yield self._accounts.replace_all(logins)

    def _login(self, name: str) -> StoredLogin:
        entry = self._accounts.entries[name]
        password = self._accounts.password(entry)
        if password is None:
            raise RequestFailed(f"user={name}: the password cannot be read, because its key is lost; set a new one")
        return StoredLogin(password, entry.account.rank.name.lower())

    def _factory_value(self, group: Group, param: Param) -> str:
        return self._settings.factory(group.name)[param.name]

    def _filter_texts(self, changes: Iterable[Change]) -> dict[str, str]:
        """Return the new values of the IP filter in canonical form. Raises ``SettingRefused``."""
        wanted = {change.name: self._wanted(change) for change in changes if change.group == IP_FILTER.name}
        return {p.name: normalized(IP_FILTER.name, p, wanted[p.name]) for p in IP_FILTER.params if p.name in wanted}

    def _wanted(self, change: Change) -> str:
        return self._settings.factory(change.group)[change.name] if change.value is None else change.value


def _backed_up() -> Iterator[tuple[Group, Param]]:
    for group in ALL_GROUPS:
        for param in group.params:
            if param.origin is ValueOrigin.STORED and param.set is not None:
                yield group, param


def _name(group: Group, param: Param) -> str:
    return f"{group.name}.{param.name}"


def _checked(key: str, text: str) -> str:
    """Return the text of a position. Raises ``RequestFailed``."""
    try:
        pan, tilt, zoom = json.loads(text)
        is_position = all(-100 <= number <= 100 for number in (pan, tilt, zoom))
    except (ValueError, TypeError, RecursionError):
        is_position = False
    if not is_position:
        raise RequestFailed(f"the backup cannot be read: {key} is not a position")
    return text


def _checked_login(name: str, login: StoredLogin) -> tuple[str, Rank]:
    if login.rank not in _RANKS:
        raise RequestFailed(f"the backup cannot be read: the rank of {shown(name)} is unknown")
    return login.password, _RANKS[login.rank]
