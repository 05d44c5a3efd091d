"""Firmware keys: Ed25519 pairs (RFC 8032) in PEM files."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ipcamd.errors import ConfigError
from ipcamd.store.durable_files import sync_directory

if TYPE_CHECKING:  # imported here, because most cameras have no key
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PRIVATE = "firmware.key"
"""File of the private key."""
PUBLIC = "firmware.pub"
"""File of the public key."""

_LIMIT_BYTES = 16 * 1024


def generate_keys(folder: Path) -> tuple[Path, Path]:
    """Write a new pair into `folder`, and return its files. Raises ``ConfigError``; it never overwrites a key."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    paths = folder / PRIVATE, folder / PUBLIC
    for path in paths:
        if path.exists():
            raise ConfigError(f"{path} already exists: move it, or choose another --out directory")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_new(paths[0], private, 0o600)
        _write_new(paths[1], public, 0o644)
        sync_directory(folder)
    except OSError as error:
        raise ConfigError(f"the keys cannot be written to {folder}: {error.strerror}") from error
    return paths


def load_private_key(path: Path) -> "Ed25519PrivateKey":
    """Return the key in a PEM file. Raises ``ConfigError``."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(_read(path), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConfigError(f"--key {path}: no private key without a passphrase in PEM format") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(f"--key {path}: an Ed25519 key is needed; ipcamd firmware keygen creates one")
    return key


def load_trusted_keys(paths: Iterable[str]) -> frozenset[bytes]:
    """Return the raw public keys (32 bytes) of these PEM files. Raises ``ConfigError``."""
    return frozenset(_load_public_key(Path(path)) for path in paths)


def key_id(public_key: bytes) -> str:
    """Return the short name of a raw public key."""
    return public_key.hex()[:16]


def _load_public_key(path: Path) -> bytes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigError(f"--firmware-key {path}: no public key in PEM format ({PUBLIC})") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigError(f"--firmware-key {path}: an Ed25519 key is needed; ipcamd firmware keygen creates one")
    return key.public_bytes_raw()


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LIMIT_BYTES)
    except OSError as error:
        raise ConfigError(f"the key {path} cannot be read: {error.strerror}") from error


def _write_new(path: Path, data: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(handle)
