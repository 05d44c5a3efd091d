"""Secret box: encrypts secrets with a key in a separate file, so the database alone reveals none.

AES-256-GCM (NIST SP 800-38D) with a random nonce for each. A secret is bound to its place: an encrypted password that
is copied to another account cannot be decrypted.
"""

import hmac
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ipcamd.errors import ConfigError
from ipcamd.store.durable_files import write_durably

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY = 32
_NONCE = 12
_BLOCK = 64  # secrets are padded to a multiple, so that the ciphertext hides the length of the password
_FORMAT = b"\x01"

_log = logging.getLogger(__name__)


class SecretBox:
    """Encrypts secrets with the key of the state directory. Thread-safe."""

    def __init__(self, path: Path) -> None:
        """Read the key, or create one if it is missing or damaged. Raises `ConfigError`."""
        try:
            self._key = _read(path) or _make(path)
        except OSError as error:
            raise ConfigError(f"the key {path} cannot be used ({error}): make it readable and writable") from error

    @property
    def fingerprint(self) -> str:
        """Text that identifies the key and reveals nothing else about it."""
        return hmac.digest(self._key, b"ipcamd fingerprint", "sha256").hex()[:32]

    def keyed_hash(self, text: str) -> str:
        """Return a keyed hash (HMAC, RFC 2104), which shows whether a text has changed; without the key it reveals
        nothing.
        """
        return hmac.digest(self._key, b"ipcamd hash " + text.encode(), "sha256").hex()

    def encrypt(self, text: str, place: str) -> bytes:
        """Encrypt a text without NUL characters for the place `place` (``account paul``)."""
        data = text.encode()
        padded = data.ljust(max(1, -(-len(data) // _BLOCK)) * _BLOCK, b"\0")
        nonce = os.urandom(_NONCE)
        return _FORMAT + nonce + _cipher(self._key).encrypt(nonce, padded, place.encode())

    def decrypt(self, sealed: bytes, place: str) -> str | None:
        """Return the text that was encrypted for `place`; None for another place or key, or damaged data."""
        from cryptography.exceptions import InvalidTag

        nonce, text = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        if sealed[:1] != _FORMAT or len(nonce) != _NONCE:
            return None
        try:
            return _cipher(self._key).decrypt(nonce, text, place.encode()).rstrip(b"\0").decode()
        except InvalidTag:
            return None


def _cipher(key: bytes) -> "AESGCM":
    # imported here: it takes 12 ms, and most starts need no secret
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _read(path: Path) -> bytes | None:
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return None
    if len(key) != _KEY:
        aside = path.with_name(f"{path.name}.damaged")
        path.replace(aside)
        _log.error("the key %s is damaged (kept as %s); a new key is created", path, aside.name)
        return None
    path.chmod(0o600)
    return key


def _make(path: Path) -> bytes:
    key = os.urandom(_KEY)
    write_durably(path, key)
    return key
