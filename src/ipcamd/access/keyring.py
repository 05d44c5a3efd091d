"""Key ring: the Digest secrets of all accounts in the present realm."""

import logging
import os
from collections.abc import Callable, Mapping

from ipcamd.access.accounts import Accounts, StoredAccount
from ipcamd.dataclass import dataclass
from ipcamd.wire.http.digest import MD5, SHA256, digest, secret

_ALWAYS = -1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keys:
    """Secrets to which a login of one account is compared."""

    entry: StoredAccount | None
    """None for an unknown account; comparing with random secrets takes the same time."""
    secrets: Mapping[str, str]
    """H(A1) by algorithm."""
    since_s: float
    """Nonces from before this time are invalid: the password was changed."""


class KeyRing:
    """Keys of all accounts, computed again when an account or the realm has changed.

    All are computed at once, so that the time of a first login does not reveal whether a name exists.
    """

    def __init__(self, accounts: Accounts, now_s: Callable[[], float]) -> None:
        self._accounts = accounts
        self._now_s = now_s
        self._made_for: tuple[object, str] = (None, "")
        self._by_name: dict[str, Keys] = {}
        self._by_hash: dict[str, Keys] = {}
        self._nobody = self._random(None, _ALWAYS)

    def find(self, realm: str, user: str, hashed: bool = False) -> Keys:
        """Return the keys of a user, by name or by its hash; random ones for an unknown user."""
        if self._made_for[0] is not self._accounts.entries or self._made_for[1] != realm:
            self._make(self._accounts.entries, realm)
        return (self._by_hash if hashed else self._by_name).get(user, self._nobody)

    def _make(self, entries: Mapping[str, StoredAccount], realm: str) -> None:
        self._by_name = {name: self._keys(entry, realm) for name, entry in entries.items()}
        self._by_hash = {
            digest(algorithm, f"{name}:{realm}"): keys
            for name, keys in self._by_name.items()
            for algorithm in (MD5, SHA256)
        }
        self._made_for = (entries, realm)

    def _keys(self, entry: StoredAccount, realm: str) -> Keys:
        name = entry.account.name
        since_s, old = _ALWAYS, self._by_name.get(name)
        if old and old.entry:
            is_same = old.entry.encrypted_password == entry.encrypted_password
            since_s = old.since_s if is_same else self._now_s()
        password = self._accounts.password(entry)
        if password is None:
            _log.error("the password of the account %s is lost: an administrator must set a new one", name)
            return self._random(entry, since_s)
        return Keys(entry, {a: secret(a, name, realm, password) for a in (MD5, SHA256)}, since_s)

    @staticmethod
    def _random(entry: StoredAccount | None, since_s: float) -> Keys:
        return Keys(entry, {MD5: os.urandom(16).hex(), SHA256: os.urandom(32).hex()}, since_s)
