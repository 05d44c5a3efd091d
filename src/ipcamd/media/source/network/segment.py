"""Segment of an HLS playlist: a file or a range of its bytes, decrypted if it is encrypted (RFC 8216, 4.3.2)."""

import sys

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from ipcamd.errors import SourceError
from ipcamd.media.source.network.http_client import HttpAnswer

_PIECE_BYTES = 65536


def make_segment(answer: HttpAnswer, options: dict[str, str]) -> "SegmentFile | DecryptedFile":
    """Return the segment that FFmpeg opens with these options: ``offset`` and ``end_offset`` of a range of bytes,
    ``key`` and ``iv`` in hexadecimal digits of a segment that is encrypted with AES-128. `answer` is the file from
    ``offset`` on. Raises `SourceError`."""
    start = int(options.get("offset", 0))
    if start and not answer.is_part:
        answer.close()
        raise SourceError("ignores byte ranges")
    segment = SegmentFile(answer, int(options["end_offset"]) - start if "end_offset" in options else sys.maxsize)
    if "key" not in options:
        return segment
    return DecryptedFile(segment, bytes.fromhex(options["key"]), bytes.fromhex(options["iv"]))


class SegmentFile:
    """File object that FFmpeg reads from its beginning to its end. For one thread."""

    def __init__(self, answer: HttpAnswer, size_bytes: int) -> None:
        """`size_bytes` is the largest size."""
        self._answer, self._left_bytes = answer, size_bytes

    def read(self, most: int) -> bytes:
        """Return at most this many bytes, b"" at the end. Raises `SourceError`."""
        data = self._answer.read(min(most, self._left_bytes))
        self._left_bytes -= len(data)
        return data

    def close(self) -> None:
        """Close the connection."""
        self._answer.close()


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
