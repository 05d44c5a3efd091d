"""Passphrase encryption of a backup's secrets: scrypt (RFC 7914) and AES-256-GCM."""

import base64
import os
from collections.abc import Mapping

from ipcamd.errors import RequestFailed

ALLOWED = "8 to 128 printable characters"
"""Rule for passphrases, for error messages."""
_COST = 1 << 15
_BLOCK = 8
_PARALLEL = 1
_MAX_COST = 1 << 17
_SALT = 16
_NONCE = 12


def check_passphrase(passphrase: str) -> None:
    """Raise ``RequestFailed`` for an invalid passphrase."""
    if not (8 <= len(passphrase) <= 128 and passphrase.isprintable()):
        raise RequestFailed(f"passphrase: allowed are {ALLOWED}")


def encrypt(data: bytes, passphrase: str, bound_to: bytes) -> dict[str, object]:
    """Return `data` encrypted, as JSON values; decryption needs the same `bound_to`. Takes a tenth of a second."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    sealed = AESGCM(_key(passphrase, salt, _COST)).encrypt(nonce, data, bound_to)
    texts = {"salt": salt, "nonce": nonce, "data": sealed}
    return {"kdf": "scrypt", "n": _COST, **{name: base64.b64encode(value).decode() for name, value in texts.items()}}


def decrypt(sealed: Mapping[str, object], passphrase: str, bound_to: bytes) -> bytes:
    """Return the data of `encrypt`. Raises ``RequestFailed``."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        salt, nonce, data = (base64.b64decode(str(sealed[name]), validate=True) for name in ("salt", "nonce", "data"))
        cost = sealed["n"]
        if sealed["kdf"] != "scrypt" or not isinstance(cost, int) or cost not in _COSTS or len(nonce) != _NONCE:
            raise ValueError
        return AESGCM(_key(passphrase, salt, cost)).decrypt(nonce, data, bound_to)
    except InvalidTag:
        raise RequestFailed("passphrase: it is wrong, or the file was changed") from None
    except (KeyError, ValueError):
        raise RequestFailed("the secrets of the backup cannot be read: the file is damaged") from None


_COSTS = frozenset(1 << power for power in range(14, _MAX_COST.bit_length()))


def _key(passphrase: str, salt: bytes, cost: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt=salt, length=32, n=cost, r=_BLOCK, p=_PARALLEL).derive(passphrase.encode())
