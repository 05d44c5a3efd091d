"""Tone generator, for tests."""

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ipcamd.media.frame import Sound
from ipcamd.media.frame_decimator import SECOND
from ipcamd.media.sound.audio_framer import RATE
from ipcamd.media.source.pacing import Clock, Ticker

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PITCH = 440
"""Hertz: whole waves fit into a second."""

_LOUDNESS = 8000
_STRETCHES = 25
"""How many stretches a second."""


class ToneGenerator:
    """The concert pitch, without an end."""

    name = "tone"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def check(self) -> None:
        """See `Instrument`: it always works."""

    def play(self, stop: threading.Event) -> Iterator[Sound]:
        """See `Instrument`."""
        from ipcamd.media.source.periodic_sound import loop_second

        second, beat = _second(), Ticker(self._clock, stop)
        start, _ = beat.next(_STRETCHES)
        while not stop.is_set():
            end, _ = beat.next(_STRETCHES)
            if 0 < end - start <= SECOND:
                yield loop_second(second, start, end)
            start = end


def _second() -> "NDArray[np.int16]":
    import numpy as np

    return (_LOUDNESS * np.sin(2 * np.pi * PITCH * np.arange(RATE) / RATE)).astype(np.int16)
