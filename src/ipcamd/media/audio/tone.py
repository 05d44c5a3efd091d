"""Tone generator: a constant 440 Hz, for tests of the sound path."""

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ipcamd.media.frame import AUDIO_RATE_HZ, AudioChunk
from ipcamd.media.source.pacing import Clock, Ticker
from ipcamd.time_units import SECOND_NS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PITCH_HZ = 440
"""Frequency with a whole number of waves per second."""

_AMPLITUDE = 8000
_CHUNKS_PER_S = 25


class ToneGenerator:
    """Endless tone."""

    name = "tone"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def check(self) -> None:
        """See `AudioSource`: a tone always works."""

    def play(self, stop: threading.Event) -> Iterator[AudioChunk]:
        """See `AudioSource`."""
        from ipcamd.media.source.audio_chunks import loop_second

        second, ticker = _second(), Ticker(self._clock, stop)
        start, _ = ticker.wait(_CHUNKS_PER_S)
        while not stop.is_set():
            end, _ = ticker.wait(_CHUNKS_PER_S)
            if 0 < end - start <= SECOND_NS:
                yield loop_second(second, start, end)
            start = end


def _second() -> "NDArray[np.int16]":
    import numpy as np

    return (_AMPLITUDE * np.sin(2 * np.pi * PITCH_HZ * np.arange(AUDIO_RATE_HZ) / AUDIO_RATE_HZ)).astype(np.int16)
