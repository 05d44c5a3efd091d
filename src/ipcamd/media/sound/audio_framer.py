"""Audio framer: turns a source's sound of any length into equal blocks, timed by the camera's clock.

Sound is timed by counting its samples. A source's sample clock is never quite the camera's, so the two would drift
apart; here sound follows the source's time stamps, softly: blocks are stretched or squeezed by one sample in 320.
"""

import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

RATE = 8000
"""Samples per second."""

SIZE = 320
"""Samples in a block: 40 ms. Shorter ones would cost each viewer more packets than pictures do."""

LENGTH = SIZE * 1_000_000_000 // RATE
"""Nanoseconds that a block lasts."""

SLIP = 40_000_000
"""Nanoseconds: sound that is off by more has a gap before it, which is filled with silence, or overlaps what was
there already, and is cut."""

LEAP = 2_000_000_000
"""Nanoseconds: sound that is off by more begins anew; the camera's clock was set."""

_SAMPLE = 1_000_000_000 // RATE
_SLACK = 2_000_000
"""Nanoseconds that sound may be off before it is stretched or squeezed."""
_SMOOTH = 64
"""How many stretches the error is averaged over: time stamps jitter."""


@dataclass(frozen=True, slots=True)
class AudioBlock:
    """`SIZE` samples."""

    samples: bytes
    """Signed 16-bit, little-endian."""
    captured_ns: int
    """When the first sample was captured: nanoseconds since the epoch, UTC. Exactly `LENGTH` after the block before,
    unless sound began anew."""


class AudioFramer:
    """For one thread."""

    def __init__(self) -> None:
        self._start: int | None = None
        """When the first sample that waits was captured."""
        self._waiting = array("h")
        self._error = 0.0
        """By how much the source's stamps were later than ours, lately: nanoseconds."""
        self._loose = False
        """Whether silence was put in: what comes next is placed by its own time."""

    @property
    def end(self) -> int | None:
        """When the next sample is due; None before the first."""
        return None if self._start is None else self._start + len(self._waiting) * _SAMPLE

    def feed(self, samples: bytes, captured_ns: int) -> Iterator[AudioBlock]:
        """Take a stretch (samples as in `AudioBlock`) that was captured then; yield what it makes complete."""
        stretch = _words(samples)
        off = LEAP + 1 if self.end is None else captured_ns - self.end
        if abs(off) > LEAP:
            self._begin(captured_ns)
        elif abs(off) > SLIP or self._loose:
            self._error, self._loose = 0.0, False
            if off < 0:
                stretch, self._loose = stretch[-off // _SAMPLE :], -off // _SAMPLE > len(stretch)
            else:
                self._waiting.extend(_silence(off))
        else:
            self._error += (off - self._error) / _SMOOTH
        self._waiting.extend(stretch)
        return self._complete()

    def silence(self, until: int) -> Iterator[AudioBlock]:
        """Fill up with silence until then; yield what that makes complete."""
        if self.end is None or abs(until - self.end) > LEAP:
            self._begin(until)
        elif until > self.end:
            self._waiting.extend(_silence(until - self.end))
        self._loose = True
        return self._complete()

    def _begin(self, captured_ns: int) -> None:
        self._start, self._error, self._loose = captured_ns, 0.0, False
        del self._waiting[:]

    def _complete(self) -> Iterator[AudioBlock]:
        while self._start is not None and len(self._waiting) >= SIZE + 1:
            take = SIZE - self._correction()
            samples = self._waiting[:take]
            del self._waiting[:take]
            yield AudioBlock(_octets(samples if take == SIZE else _resized(samples)), self._start)
            self._start += LENGTH

    def _correction(self) -> int:
        """Return how many samples the next block gains: 1, 0 or -1."""
        gain = (self._error > _SLACK) - (self._error < -_SLACK)
        self._error -= gain * _SAMPLE
        return gain


def _resized(samples: "array[int]") -> "array[int]":
    """Return `SIZE` samples that sound like these, one more or less."""
    step = (len(samples) - 1) / (SIZE - 1)
    places = [index * step for index in range(SIZE - 1)]
    between = (samples[int(at)] + (samples[int(at) + 1] - samples[int(at)]) * (at % 1) for at in places)
    return array("h", [*map(round, between), samples[-1]])


def _silence(nanoseconds: int) -> "array[int]":
    return array("h", bytes(2 * (nanoseconds // _SAMPLE)))


def _words(samples: bytes) -> "array[int]":
    words = array("h", samples)
    if sys.byteorder == "big":
        words.byteswap()
    return words


def _octets(words: "array[int]") -> bytes:
    if sys.byteorder == "big":
        words = words[:]
        words.byteswap()
    return words.tobytes()
