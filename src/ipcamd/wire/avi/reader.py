"""AVI reader: reads format and time of a file, and repairs a truncated one.

Files are read through ``read(place, length)``, which returns fewer bytes only at the end.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from datetime import datetime

from ipcamd.dataclass import dataclass
from ipcamd.time_units import SECOND_NS
from ipcamd.wire.avi.layout import (
    ALAW_TAG,
    BITMAP,
    CHUNK,
    ENTRY,
    HAS_INDEX,
    HEAD,
    KEY,
    MAIN,
    MOVI,
    PICTURE,
    SOUND,
    STREAM,
    ULAW_TAG,
    WAVE,
    AviFormat,
    AviTotals,
    format_head,
    padded_size,
)

Read = Callable[[int, int], bytes]
"""Returns the bytes from a position of a file: fewer only at its end."""

LARGEST = 32 << 20
"""Maximum bytes of a chunk."""
_LOOK = 96
"""Number of first bytes of a picture that show whether it is a key frame."""

KeyTests = Mapping[str, Callable[[bytes], bool]]
"""FourCC of each known codec to a test whether a picture that starts with these bytes is a key frame."""


@dataclass(frozen=True, slots=True)
class AviHead:
    """Contents of a file's header."""

    avi_format: AviFormat
    began: datetime | None
    """Local start time, with its zone; None if it is not in the file."""
    totals: AviTotals
    closed: bool
    """Whether the file is complete: with an index, the length in its head, and all its pictures."""

    @property
    def length(self) -> int:
        """Duration in nanoseconds."""
        return self.totals.slots * SECOND_NS // self.avi_format.rate


@dataclass(frozen=True, slots=True)
class AviChunk:
    """One chunk of the list ``movi``."""

    kind: bytes
    place: int
    """Position of its data."""
    length: int
    """Length of its data."""

    @property
    def end(self) -> int:
        """Position after it."""
        return self.place - CHUNK.size + padded_size(self.length)


@dataclass(frozen=True, slots=True)
class AviRepair:
    """Repair of a file: truncate it at `end`, append `index`, overwrite its start with `head`."""

    end: int
    index: bytes
    head: bytes


def read_head(data: bytes, size: int, codecs: Container[str]) -> AviHead:
    """Return the contents of the first `HEAD` bytes of a file of this size. Raises ``ValueError`` if this camera did
    not write it, or its codec is unknown."""
    if len(data) < HEAD or data[:4] != b"RIFF" or data[8:12] != b"AVI " or data[MOVI:HEAD] != b"movi":
        raise ValueError("not an AVI file of this camera")
    parts = dict(_parts(data))
    sizes = {b"avih": MAIN.size, b"strh": STREAM.size, b"strf": BITMAP.size}
    if any(len(parts.get(kind, b"")) < least for kind, least in sizes.items()):
        raise ValueError("a part of the head is missing")
    main, stream = MAIN.unpack(parts[b"avih"][: MAIN.size]), STREAM.unpack(parts[b"strh"][: STREAM.size])
    bitmap = BITMAP.unpack(parts[b"strf"][: BITMAP.size])
    has_audio, tag = main[6] > 1, _audio_tag(parts.get(b"wave", b""))
    avi_format = AviFormat(bitmap[5].decode("latin-1"), (main[8], main[9]), stream[7], has_audio, tag)
    if (
        avi_format.codec not in codecs
        or (has_audio and tag not in (ALAW_TAG, ULAW_TAG))
        or not 1 <= avi_format.rate <= 1000
        or not all(0 < side <= 8192 for side in avi_format.size)
    ):
        raise ValueError("the head is invalid")
    whole = CHUNK.unpack(data[:8])[1] + CHUNK.size == size
    movi = CHUNK.unpack(data[MOVI - 8 : MOVI])[1]
    totals = AviTotals(stream[9], 0, movi - 4, main[7], 0, bool(main[3] & HAS_INDEX))
    possible = HEAD + totals.slots * CHUNK.size <= size
    return AviHead(avi_format, _date(parts.get(b"ICRD", b"")), totals, totals.indexed and whole and possible)


def iterate_chunks(read: Read, size: int, place: int = HEAD) -> Iterator[AviChunk]:
    """Yield the complete chunks of a file of this size, in order, up to the first incomplete or invalid one. The first
    one starts at `place`."""
    while place + CHUNK.size <= size:
        kind, length = CHUNK.unpack(read(place, CHUNK.size))
        if kind not in (PICTURE, SOUND) or length > LARGEST or place + padded_size(length) > size:
            return
        yield AviChunk(kind, place + CHUNK.size, length)
        place += padded_size(length)


def read_index(read: Read, size: int, head: AviHead) -> Iterator[tuple[AviChunk, bool]]:
    """Yield the chunks of a complete file, and whether each is a key frame, from the file's index."""
    place = HEAD + head.totals.bytes
    kind, length = CHUNK.unpack(read(place, CHUNK.size).ljust(CHUNK.size, b"\0"))
    entries = read(place + CHUNK.size, length) if kind == b"idx1" and length <= size - place else b""
    for kind, flags, offset, length in ENTRY.iter_unpack(entries[: len(entries) // ENTRY.size * ENTRY.size]):
        if kind in (PICTURE, SOUND) and length <= LARGEST and MOVI + offset + padded_size(length) <= place:
            yield AviChunk(kind, MOVI + offset + CHUNK.size, length), bool(flags & KEY)


def repair(read: Read, size: int, began: datetime, key_tests: KeyTests) -> AviRepair | None:
    """Return the repair of a truncated file; None if it has no picture. `began` is used if the file has no time. Raises
    ``ValueError`` if this camera did not write it."""
    found = read_head(read(0, HEAD), size, key_tests)
    is_key = key_tests[found.avi_format.codec]
    totals, index = AviTotals(indexed=True), bytearray()
    for part in iterate_chunks(read, size):
        # an empty chunk repeats the previous picture
        key = part.kind == SOUND or (part.length > 0 and is_key(read(part.place, min(_LOOK, part.length))))
        index += ENTRY.pack(part.kind, KEY if key else 0, HEAD + totals.bytes - MOVI, part.length)
        totals.bytes += padded_size(part.length)
        totals.entries += 1
        if part.kind == PICTURE:
            totals.slots += 1
            totals.largest = max(totals.largest, part.length)
        else:
            totals.samples += part.length
    if not totals.largest:
        return None
    whole = format_head(found.avi_format, found.began or began, totals)
    return AviRepair(HEAD + totals.bytes, CHUNK.pack(b"idx1", len(index)) + bytes(index), whole)


def _parts(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of the head, including those in lists; of stream chunks only the video stream's, and as ``wave``
    the format of sound."""
    place, seen = 12, set()
    while place + CHUNK.size <= MOVI - 8:
        kind, length = CHUNK.unpack(data[place : place + CHUNK.size])
        place += CHUNK.size
        if kind == b"LIST":
            place += 4
            continue
        if kind not in seen:
            yield kind, data[place : place + length]
        elif kind == b"strf":
            yield b"wave", data[place : place + length]
        seen.add(kind)
        place += length + length % 2


def _audio_tag(wave: bytes) -> int:
    return int(WAVE.unpack(wave[: WAVE.size])[0]) if len(wave) >= WAVE.size else ULAW_TAG


def _date(text: bytes) -> datetime | None:
    try:
        began = datetime.fromisoformat(text.rstrip(b"\0").decode("ascii"))
    except ValueError:
        return None
    return began if began.tzinfo else None
