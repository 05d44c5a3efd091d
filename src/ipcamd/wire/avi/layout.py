"""Layout of an AVI file, and its header.

A file is ``RIFF AVI``: a head of `HEAD` bytes, then the list ``movi`` of chunks, then their index ``idx1``. The head
can be rewritten at any time: that of a truncated file was correct at the last rewrite.
"""

import struct
from datetime import datetime

from ipcamd.dataclass import dataclass

HEAD = 512
"""Bytes before the first chunk."""
MOVI = HEAD - 4
"""Position of the word ``movi``, from which the index counts."""

PICTURE = b"00dc"
"""Kind of a picture's chunk."""
SOUND = b"01wb"
"""Kind of a chunk of sound."""

SOUND_RATE = 8000
"""Samples per second: 8-bit u-law or A-law, one channel."""

HAS_INDEX = 0x10
"""Flag of the main header: the file has an index."""
INTERLEAVED = 0x100
"""Flag of the main header: sound is between the pictures."""
TRUST_KINDS = 0x800
"""Flag of the main header: the index tells the key frames (AVIF_TRUSTCKTYPE)."""
KEY = 0x10
"""Flag of an index entry: a decoder can start here."""

ENTRY = struct.Struct("<4s3I")
"""An index entry: kind, flags, position of the chunk from `MOVI`, bytes of its data."""
CHUNK = struct.Struct("<4sI")
"""The header of a chunk. A zero byte follows data of odd length."""

MAIN = struct.Struct("<14I")
STREAM = struct.Struct("<4s4sI2H8I4h")
BITMAP = struct.Struct("<3I2H4sI4I")
WAVE = struct.Struct("<2H2I3H")
"""Structures of the headers ``avih``, ``strh``, ``strf`` of pictures, and ``strf`` of sound (AVI RIFF File
Reference)."""

ALAW_TAG = 6
"""Format tag of A-law (RFC 2361)."""
ULAW_TAG = 7
"""Format tag of u-law (RFC 2361)."""
_SOFTWARE = b"ipcamd\0\0"


@dataclass(frozen=True, slots=True)
class AviFormat:
    """Format of a file, constant throughout."""

    codec: str
    """FourCC of the pictures' codec."""
    size: tuple[int, int]
    """Width and height in pixels."""
    rate: int
    """Picture slots per second."""
    sound: bool
    """Whether there is a sound track."""
    audio_tag: int = ULAW_TAG
    """Format tag of the sound."""


@dataclass(slots=True)
class AviTotals:
    """Totals written so far."""

    slots: int = 0
    """Slots for pictures."""
    samples: int = 0
    """Samples of sound."""
    bytes: int = 0
    """Bytes of all chunks."""
    largest: int = 0
    """Bytes of the largest picture."""
    entries: int = 0
    """Chunks, each with an index entry."""
    indexed: bool = False
    """Whether the index is written."""


def format_head(avi_format: AviFormat, began: datetime, totals: AviTotals) -> bytes:
    """Return the first `HEAD` bytes. `began` is the local time of the first slot, with its zone."""
    streams = _pictures(avi_format, totals) + _sound(avi_format, totals)
    digitized = _chunk(b"IDIT", f"{began.ctime()}\n\0".encode())
    lists = _list(b"hdrl", _main(avi_format, totals) + streams + digitized)
    created = began.isoformat(timespec="microseconds").encode() + b"\0"
    lists += _list(b"INFO", _chunk(b"ISFT", _SOFTWARE) + _chunk(b"ICRD", created))
    lists += _chunk(b"JUNK", bytes(HEAD - 12 - len(lists) - 8 - 12))
    index = CHUNK.size + ENTRY.size * totals.entries if totals.indexed else 0
    movi = struct.pack("<4sI4s", b"LIST", 4 + totals.bytes, b"movi")
    return struct.pack("<4sI4s", b"RIFF", HEAD - 8 + totals.bytes + index, b"AVI ") + lists + movi


def format_chunk(kind: bytes, data: bytes) -> list[bytes]:
    """Return the pieces of a chunk, with its data unchanged."""
    pieces = [CHUNK.pack(kind, len(data)), data]
    return [*pieces, b"\0"] if len(data) % 2 else pieces


def padded_size(length: int) -> int:
    """Return the size of a chunk with this many data bytes."""
    return CHUNK.size + length + length % 2


def _chunk(kind: bytes, data: bytes) -> bytes:
    return b"".join(format_chunk(kind, data))


def _list(kind: bytes, content: bytes) -> bytes:
    return _chunk(b"LIST", kind + content)


def _main(avi_format: AviFormat, totals: AviTotals) -> bytes:
    flags = INTERLEAVED | TRUST_KINDS | (HAS_INDEX if totals.indexed else 0)
    seconds = max(1, totals.slots // avi_format.rate)
    fields = (1_000_000 // avi_format.rate, totals.bytes // seconds, 0, flags, totals.slots, 0, 1 + avi_format.sound)
    return _chunk(b"avih", MAIN.pack(*fields, totals.largest, *avi_format.size, 0, 0, 0, 0))


def _pictures(avi_format: AviFormat, totals: AviTotals) -> bytes:
    codec = avi_format.codec.encode()
    # type, codec, flags, priority, language, initial frames, scale, rate, start, length, largest, quality, sample size
    fields = (b"vids", codec, 0, 0, 0, 0, 1, avi_format.rate, 0, totals.slots, totals.largest, 0xFFFFFFFF, 0)
    width, height = avi_format.size
    bitmap = BITMAP.pack(BITMAP.size, width, height, 1, 24, codec, width * height * 3, 0, 0, 0, 0)
    return _list(b"strl", _chunk(b"strh", STREAM.pack(*fields, 0, 0, width, height)) + _chunk(b"strf", bitmap))


def _sound(avi_format: AviFormat, totals: AviTotals) -> bytes:
    if not avi_format.sound:
        return b""
    fields = (b"auds", bytes(4), 0, 0, 0, 0, 1, SOUND_RATE, 0, totals.samples, SOUND_RATE, 0xFFFFFFFF, 1)
    wave = WAVE.pack(avi_format.audio_tag, 1, SOUND_RATE, SOUND_RATE, 1, 8, 0)
    return _list(b"strl", _chunk(b"strh", STREAM.pack(*fields, 0, 0, 0, 0)) + _chunk(b"strf", wave))
