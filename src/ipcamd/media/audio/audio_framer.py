"""Audio framer: makes blocks of equal length, timed by the camera's clock, from the chunks of a source.

Block times are counted in samples. The source's sample clock differs slightly from the camera's clock; to stay
synchronized, the framer adds or removes at most one sample per block of 320.
"""

import sys
from array import array
from collections.abc import Iterator

from ipcamd.dataclass import dataclass
from ipcamd.media.frame import AUDIO_RATE_HZ

BLOCK_SAMPLES = 320
"""Samples per block: 40 ms. Shorter blocks would need more packets than the pictures."""

BLOCK_NS = BLOCK_SAMPLES * 1_000_000_000 // AUDIO_RATE_HZ
"""Duration of a block."""

SLIP_NS = 40_000_000
"""Sound that is later than expected by more gets silence before it; sound that is earlier by more loses the overlap."""

LEAP_NS = 2_000_000_000
"""Sound that differs by more starts a new time line: the camera's clock was set."""

_SAMPLE_NS = 1_000_000_000 // AUDIO_RATE_HZ
_SLACK_NS = 2_000_000
"""Tolerance before samples are added or removed."""
_SMOOTHING = 64
"""Number of chunks over which the error is averaged, because time stamps jitter."""


@dataclass(frozen=True, slots=True)
class AudioBlock:
    """`BLOCK_SAMPLES` samples."""

    samples: bytes
    """Signed 16-bit, little-endian."""
    captured_ns: int
    """Capture time of the first sample: nanoseconds since the epoch, UTC. Exactly `BLOCK_NS` after the previous block,
    unless a new time line started."""


class AudioFramer:
    """Cuts sound into blocks. For one thread."""

    def __init__(self) -> None:
        self._start: int | None = None
        """Capture time of the first buffered sample."""
        self._waiting = array("h")
        self._error = 0.0
        """Mean delay of the source's time stamps relative to the counted ones, in nanoseconds."""
        self._after_silence = False
        """Whether silence was inserted, so that the next chunk uses its own time stamp."""

    @property
    def end(self) -> int | None:
        """Capture time of the next expected sample; None before the first."""
        return None if self._start is None else self._start + len(self._waiting) * _SAMPLE_NS

    def feed(self, samples: bytes, captured_ns: int) -> Iterator[AudioBlock]:
        """Add a chunk (samples as in `AudioBlock`) and its capture time; yield the complete blocks."""
        chunk = _in_little_endian(array("h", samples))
        off = LEAP_NS + 1 if self.end is None else captured_ns - self.end
        if abs(off) > LEAP_NS:
            self._begin(captured_ns)
        elif abs(off) > SLIP_NS or self._after_silence:
            self._error, self._after_silence = 0.0, False
            if off < 0:
                chunk, self._after_silence = chunk[-off // _SAMPLE_NS :], -off // _SAMPLE_NS > len(chunk)
            else:
                self._waiting.extend(_silence(off))
        else:
            self._error += (off - self._error) / _SMOOTHING
        self._waiting.extend(chunk)
        return self._complete()

    def silence(self, until: int) -> Iterator[AudioBlock]:
        """Fill with silence until this time; yield the complete blocks."""
        if self.end is None or abs(until - self.end) > LEAP_NS:
            self._begin(until)
        elif until > self.end:
            self._waiting.extend(_silence(until - self.end))
        self._after_silence = True
        return self._complete()

    def _begin(self, captured_ns: int) -> None:
        self._start, self._error, self._after_silence = captured_ns, 0.0, False
        del self._waiting[:]

    def _complete(self) -> Iterator[AudioBlock]:
        while self._start is not None and len(self._waiting) >= BLOCK_SAMPLES + 1:
            take = BLOCK_SAMPLES - self._correction()
            samples = self._waiting[:take]
            del self._waiting[:take]
            block = _in_little_endian(samples if take == BLOCK_SAMPLES else _resized(samples))
            yield AudioBlock(block.tobytes(), self._start)
            self._start += BLOCK_NS

    def _correction(self) -> int:
        """Return how many samples to add to the next block: 1, 0 or -1."""
        gain = (self._error > _SLACK_NS) - (self._error < -_SLACK_NS)
        self._error -= gain * _SAMPLE_NS
        return gain


def _resized(samples: "array[int]") -> "array[int]":
    """Resample to `BLOCK_SAMPLES` samples, from one more or one less."""
    step = (len(samples) - 1) / (BLOCK_SAMPLES - 1)
    places = [index * step for index in range(BLOCK_SAMPLES - 1)]
    between = (samples[int(at)] + (samples[int(at) + 1] - samples[int(at)]) * (at % 1) for at in places)
    return array("h", [*map(round, between), samples[-1]])


def _silence(nanoseconds: int) -> "array[int]":
    return array("h", bytes(2 * (nanoseconds // _SAMPLE_NS)))


def _in_little_endian(samples: "array[int]") -> "array[int]":
    """Convert samples in place between this machine's byte order and little-endian; return them."""
    if sys.byteorder == "big":
        samples.byteswap()
    return samples
