"""Firmware image: a manifest and a wheel, signed with Ed25519 over their SHA-512.

Layout: magic (16 bytes), public key (32), signature (64), length of the manifest (4, big-endian), manifest (JSON),
wheel. The signature covers the digest of everything except itself.
"""

import hashlib
import json
import os
import re
import struct
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ipcamd.dataclass import dataclass
from ipcamd.errors import RequestFailed
from ipcamd.maintenance.firmware.keys import key_id

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MAGIC = b"ipcamd-firmware1"
"""First bytes of an image; the digit is the format version."""
LIMIT_BYTES = 64 << 20
"""Largest image, in bytes."""
VERSION = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}")
"""X.Y.Z (SDK 10.2)."""

_PUBLIC_KEY, _SIGNATURE, _LENGTH = 32, 64, struct.Struct(">I")
_HEAD = len(MAGIC) + _PUBLIC_KEY + _SIGNATURE + _LENGTH.size
_MANIFEST_LIMIT = 64 * 1024
_PURPOSE = b"ipcamd firmware image 1\0"
"""Prefix of the signed data, so that signatures for other purposes are invalid."""


@dataclass(frozen=True, slots=True)
class FirmwareImage:
    """The readable part of an image file."""

    path: Path
    public_key: bytes
    """Ed25519 key, 32 bytes (RFC 8032)."""
    signature: bytes
    """64 bytes."""
    version: str
    size_bytes: int

    def is_signature_good(self) -> bool:
        """Whether the key in the image has signed all of it. Reads the file. Raises ``OSError``."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        with self.path.open("rb") as file:
            digest = _digest(file)
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(self.signature, _PURPOSE + digest)
        except (InvalidSignature, ValueError):
            return False
        return True

    @property
    def key_id(self) -> str:
        """Short name of the key in the image."""
        return key_id(self.public_key)


def read_image(path: Path) -> FirmwareImage:
    """Return the unverified contents of an image. Raises ``RequestFailed``, ``OSError``."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if len(head) < _HEAD or not head.startswith(MAGIC):
            raise RequestFailed("the file is not a firmware image")
        key, signature = head[16:48], head[48:112]
        (length,) = _LENGTH.unpack(head[112:])
        text = file.read(length) if length <= _MANIFEST_LIMIT else b""
        size_bytes = os.fstat(file.fileno()).st_size
    return FirmwareImage(path, key, signature, _version(text), size_bytes)


def write_image(path: Path, version: str, wheel: bytes, key: "Ed25519PrivateKey") -> None:
    """Write a signed image. Raises ``OSError``."""
    public_key = key.public_key().public_bytes_raw()
    manifest = json.dumps({"format": 1, "version": version}).encode()
    content = _LENGTH.pack(len(manifest)) + manifest + wheel
    digest = hashlib.sha512(MAGIC + public_key + content).digest()
    path.write_bytes(MAGIC + public_key + key.sign(_PURPOSE + digest) + content)


def verify_image(path: Path, trusted_keys: frozenset[bytes]) -> FirmwareImage:
    """Return an image that a trusted key has signed. Raises ``RequestFailed``, ``OSError``."""
    image = read_image(path)
    if image.public_key not in trusted_keys:
        raise RequestFailed(f"the image is signed with the key {image.key_id}, which is not trusted (--firmware-key)")
    if not image.is_signature_good():
        raise RequestFailed("the signature of the image is wrong: it is damaged or was changed")
    return image


def _digest(file: IO[bytes]) -> bytes:
    """Return the SHA-512 of an image without its signature."""
    digest = hashlib.sha512(file.read(len(MAGIC) + _PUBLIC_KEY))
    file.seek(_SIGNATURE, os.SEEK_CUR)
    while piece := file.read(1 << 20):
        digest.update(piece)
    return digest.digest()


def _version(manifest: bytes) -> str:
    try:
        found = json.loads(manifest)
        version = found["version"]
        if found["format"] == 1 and VERSION.fullmatch(version):
            return str(version)
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise RequestFailed("the manifest of the image cannot be read: it is damaged, or for another version of ipcamd")
