"""Encryption of HLS segments (RFC 8216, 4.3.2.4): AES-128, and the refusal of all others."""

import re
from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from ipcamd.errors import SourceError
from ipcamd.media.source.network.hls_segment import SegmentFile

_KEY_METHOD = re.compile(rb"^#EXT-X-KEY:(?:[^\n]*,)?METHOD=([A-Z0-9-]+)", re.MULTILINE)
_METHODS = (b"NONE", b"AES-128")
_PIECE_BYTES = 65536


def check_encryption(playlist: bytes) -> None:
    """Raise `SourceError` for segments that cannot be decrypted (RFC 8216, 4.3.2.4)."""
    for method in _KEY_METHOD.findall(playlist):
        if method not in _METHODS:
            raise SourceError(f"is encrypted with {method.decode()}, which is not supported; AES-128 is")


def decrypt_segment(segment: SegmentFile, options: Mapping[str, str]) -> "SegmentFile | DecryptedFile":
    """Return the plain segment that FFmpeg opens with these options: ``key`` and ``iv`` in hexadecimal digits of a
    segment that is encrypted with AES-128."""
    if "key" not in options:
        return segment
    return DecryptedFile(segment, bytes.fromhex(options["key"]), bytes.fromhex(options["iv"]))


class DecryptedFile:
    """File object with the plain bytes of a segment that is encrypted with AES-128 in CBC mode. For one thread."""

    def __init__(self, encrypted: SegmentFile, key: bytes, iv: bytes) -> None:
        """`key` and `iv`, the initialization vector, have 16 bytes."""
        self._encrypted = encrypted
        self._decryptor, self._unpadder = Cipher(AES(key), CBC(iv)).decryptor(), PKCS7(AES.block_size).unpadder()
        self._plain = bytearray()
        self._has_ended = False

    def read(self, most: int) -> bytes:
        """Return at most this many bytes, b"" at the end. Raises `SourceError`."""
        while not self._plain and not self._has_ended:
            data = self._encrypted.read(_PIECE_BYTES)
            self._plain += self._unpadder.update(self._decryptor.update(data)) if data else self._finish()
        data = bytes(self._plain[:most])
        del self._plain[:most]
        return data

    def _finish(self) -> bytes:
        self._has_ended = True
        try:
            return self._unpadder.update(self._decryptor.finalize()) + self._unpadder.finalize()
        except ValueError:
            raise SourceError("has an encrypted segment that its key does not fit, or that is damaged") from None

    def close(self) -> None:
        """Close the connection."""
        self._encrypted.close()
