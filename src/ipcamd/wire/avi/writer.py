"""AVI writer: returns the bytes of a file in pieces."""

from dataclasses import replace
from datetime import datetime

from ipcamd.time_units import SECOND_NS
from ipcamd.wire.avi.layout import (
    ALAW_TAG,
    CHUNK,
    ENTRY,
    HEAD,
    KEY,
    MOVI,
    PICTURE,
    SOUND,
    SOUND_RATE,
    ULAW_TAG,
    AviFormat,
    AviTotals,
    format_chunk,
    format_head,
    padded_size,
)

GAP = 10 * SECOND_NS
"""A longer time without a picture, in nanoseconds, means that the clock jumped: the next picture follows at once."""
SLIP = SOUND_RATE // 25
"""Difference of sound in samples above which it is padded with silence, or truncated."""
_SILENCE = {ULAW_TAG: b"\xff", ALAW_TAG: b"\xd5"}
"""A silent sample by format tag."""


class AviWriter:
    """One file, in the order of writing: head, chunks, index, and the head again.

    AVI has no time stamps, but picture slots of equal length. Each picture goes into the slot nearest to its time;
    empty slots before it repeat the previous picture. If the slot is occupied, the picture goes into the next free one.
    Pictures from before the start, which later ones need for decoding, are therefore shown in quick succession.
    """

    ending = "avi"
    """End of a file's name."""

    def __init__(self, avi_format: AviFormat, began: datetime, origin: int) -> None:
        """`began` is the local time of `origin` (nanoseconds, on the clock of the pictures' times)."""
        self.avi_format = avi_format
        self.began = began
        self.origin = origin
        self._zero = origin
        self._totals = AviTotals()
        self._index = bytearray()
        self._last: int | None = None

    @property
    def length(self) -> int:
        """Duration of the written pictures in nanoseconds."""
        return self._totals.slots * SECOND_NS // self.avi_format.rate

    @property
    def size(self) -> int:
        """Bytes of the file, including the index."""
        return HEAD + self._totals.bytes + CHUNK.size + len(self._index)

    @property
    def end(self) -> int:
        """End of the chunks, in bytes from the start."""
        return HEAD + self._totals.bytes

    def picture(self, payload: bytes, key: bool, captured_ns: int) -> list[bytes]:
        """Return the bytes to append for a picture with this capture time."""
        slot = self._slot(captured_ns)
        pieces = [piece for _ in range(slot - self._totals.slots) for piece in self._chunk(PICTURE, b"", False)]
        self._totals.slots = slot + 1
        self._totals.largest = max(self._totals.largest, len(payload))
        return pieces + self._chunk(PICTURE, payload, key)

    def sound(self, samples: bytes, captured_ns: int) -> list[bytes]:
        """Return the bytes to append for samples of one byte, with the capture time of the first."""
        off = (captured_ns - self._zero) * SOUND_RATE // SECOND_NS - self._totals.samples
        if (SLIP if self._totals.samples else 0) < abs(off) <= GAP // SECOND_NS * SOUND_RATE:
            samples = samples[-off:] if off < 0 else _SILENCE[self.avi_format.audio_tag] * off + samples
        if not samples or not self.avi_format.sound:
            return []
        self._totals.samples += len(samples)
        return self._chunk(SOUND, samples, True)

    def stretch(self, until: int) -> list[bytes]:
        """Return the bytes to append so that the last picture is shown until this time (nanoseconds)."""
        slots = (until - self._zero) * self.avi_format.rate // SECOND_NS - self._totals.slots
        if not 0 < slots <= GAP // SECOND_NS * self.avi_format.rate:
            return []
        self._totals.slots += slots
        return [piece for _ in range(slots) for piece in self._chunk(PICTURE, b"", False)]

    def head(self, *, closed: bool = False) -> bytes:
        """Return the first `HEAD` bytes; `closed` if the index is written."""
        return format_head(self.avi_format, self.began, replace(self._totals, indexed=closed))

    def index(self) -> bytes:
        """Return the index, which follows the last chunk of a closed file."""
        return CHUNK.pack(b"idx1", len(self._index)) + bytes(self._index)

    def mark(self) -> tuple[AviTotals, int]:
        """Return the state for `back`."""
        return replace(self._totals), len(self._index)

    def back(self, mark: tuple[AviTotals, int]) -> None:
        """Discard the bytes since `mark`, which could not be written."""
        self._totals = replace(mark[0])
        del self._index[mark[1] :]

    def _slot(self, captured_ns: int) -> int:
        free = self._totals.slots
        since = self._last if self._last is not None else min(captured_ns, self._zero)
        if not 0 <= captured_ns - since <= GAP:
            self._zero = captured_ns - free * SECOND_NS // self.avi_format.rate
        self._last = captured_ns
        nearest = ((captured_ns - self._zero) * self.avi_format.rate + SECOND_NS // 2) // SECOND_NS
        return max(free, nearest)

    def _chunk(self, kind: bytes, data: bytes, key: bool) -> list[bytes]:
        self._index += ENTRY.pack(kind, KEY if key else 0, self.end - MOVI, len(data))
        self._totals.bytes += padded_size(len(data))
        self._totals.entries += 1
        return format_chunk(kind, data)
