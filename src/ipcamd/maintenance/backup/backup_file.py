"""Backup file: JSON with the changed settings; secrets and accounts only encrypted with a passphrase.

Later versions read the formats of all earlier ones: `FORMAT` increases when a name changes its meaning.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from ipcamd.dataclass import dataclass
from ipcamd.errors import RequestFailed
from ipcamd.maintenance.backup.passphrase import decrypt, encrypt

FORMAT = 1
"""Version of the file format; newer ones are refused."""
LIMIT_BYTES = 1 << 20
"""Maximum bytes of a file."""
_NAME = "ipcamd-backup"

Texts = Mapping[str, str]
"""Names to texts, as the file contains them."""


class StoredLogin(NamedTuple):
    """An account with its password."""

    password: str
    rank: str


@dataclass(frozen=True, slots=True)
class Backup:
    """Content of a backup."""

    version: str
    """Program version of the camera that wrote it."""
    settings: Texts
    """Changed settings, by their full name."""
    positions: Texts
    """PTZ positions, by their key."""
    secrets: Texts | None = None
    """Secret settings; None without a passphrase."""
    accounts: Mapping[str, StoredLogin] | None = None
    """None without a passphrase."""


def dump_backup(backup: Backup, passphrase: str) -> bytes:
    """Return the file; without secrets if `passphrase` is empty. Takes a tenth of a second."""
    content: dict[str, Any] = {
        _NAME: FORMAT,
        "version": backup.version,
        "settings": dict(backup.settings),
        "positions": dict(backup.positions),
    }
    if passphrase:
        accounts = {name: [login.password, login.rank] for name, login in (backup.accounts or {}).items()}
        secret = json.dumps({"settings": dict(backup.secrets or {}), "accounts": accounts}).encode()
        content["secrets"] = encrypt(secret, passphrase, _digest(content))
    return json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n"


def load_backup(data: bytes, passphrase: str) -> Backup:
    """Return the content of a file. Raises ``RequestFailed`` unless all of it is valid."""
    content = _parsed(data)
    sealed = content.pop("secrets", None)
    settings, positions = _texts(content, "settings"), _texts(content, "positions")
    version = content.get("version")
    if sealed is None or not passphrase:
        return Backup(str(version), settings, positions)
    if not isinstance(sealed, dict):
        raise _damaged("secrets")
    secret = _object(decrypt(sealed, passphrase, _digest(content)))
    return Backup(str(version), settings, positions, _texts(secret, "settings"), _logins(secret.get("accounts")))


def _parsed(data: bytes) -> dict[str, Any]:
    content = _object(data)
    number = content.get(_NAME)
    if not isinstance(number, int) or number < 1:
        raise RequestFailed("the file is not a backup of ipcamd")
    if number > FORMAT:
        raise RequestFailed(
            f"the backup was made by a newer version of ipcamd (format {number}); this version reads format {FORMAT}"
        )
    return content


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise RequestFailed("the file is not a backup of ipcamd")
    return found


def _texts(content: Mapping[str, Any], name: str) -> Texts:
    found = content.get(name)
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise _damaged(name)
    return found


def _logins(found: object) -> Mapping[str, StoredLogin]:
    if not isinstance(found, dict):
        raise _damaged("accounts")
    try:
        return {name: StoredLogin(*map(str, login)) for name, login in found.items()}
    except TypeError:
        raise _damaged("accounts") from None


def _damaged(name: str) -> RequestFailed:
    return RequestFailed(f"the backup cannot be read: {name} is damaged")


def _digest(content: Mapping[str, Any]) -> bytes:
    """Return the readable part, to which the secrets are bound, so that its replacement is detected."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()
