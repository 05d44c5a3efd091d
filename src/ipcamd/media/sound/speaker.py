"""Speaker: one talker at a time, in real time, to a sound card or, on a virtual device, to a buffer.

Either way the last half minute is kept, so that a test, or a person far away, can hear what was played.
"""

import asyncio
import io
import time
import wave
from collections.abc import Awaitable, Callable, Hashable
from typing import Protocol

from ipcamd.errors import RequestFailed
from ipcamd.media.sound.audio_framer import RATE
from ipcamd.params.group import Values

KEPT = 30
"""Seconds of sound that can be heard again; pauses between talkers are not kept."""

HOLD = 2.0
"""Seconds of silence after which another may talk."""

AHEAD = 0.5
"""Seconds that may wait to be played, of somebody who can be asked to send more slowly."""

MOST = 1.5
"""Seconds that may wait to be played, of somebody who cannot; what comes too fast for that is lost."""

_BYTES = 2 * RATE
"""Of a second."""


class AudioOutput(Protocol):
    """Output device of the speaker."""

    def write(self, samples: bytes) -> None:
        """Take samples to be played next; must not block."""

    def close(self) -> None:
        """Play no more."""


class Speaker:
    """Plays samples: signed 16-bit, little-endian, 8000 per second, one channel. Lives in the event loop."""

    def __init__(
        self,
        output: AudioOutput | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`clock` gives seconds and never jumps; `sleep` waits so many of them."""
        self.enabled = True
        """Whether anybody may talk (``Audio.SpeakerEnabled``)."""
        self._output = output
        self._clock = clock
        self._sleep = sleep
        self._talker: Hashable = None
        self._free = 0.0
        """When the present talker loses the word."""
        self._played = 0.0
        """When all that was given will have been played."""
        self._kept = bytearray()

    def follow(self, values: Values) -> None:
        """Do as the group ``Audio`` says (SDK 10.12)."""
        self.enabled = values.flag("SpeakerEnabled")

    @property
    def talker(self) -> Hashable:
        """Current talker; None if there is none."""
        return self._talker if self._clock() < self._free else None

    def claim(self, who: Hashable) -> bool:
        """Let `who` have the word for the next two seconds, unless another has it; return whether."""
        if not self.enabled or self.talker not in (None, who):
            return False
        self._talker, self._free = who, self._clock() + HOLD
        return True

    def release(self, who: Hashable) -> None:
        """Take the word from `who`, who has nothing more to say."""
        if self._talker == who:
            self._talker = None

    def offer(self, who: Hashable, samples: bytes) -> bool:
        """Play this next; False if `who` has not the word, or sends faster than it can be played."""
        if not self.claim(who) or self._ahead() > MOST:
            return False
        self._play(samples)
        return True

    async def play(self, who: Hashable, samples: bytes) -> None:
        """Play this next, and return when more is needed; it is lost while another has the word.

        Raises ``RequestFailed`` when the speaker is disabled.
        """
        for at in range(0, len(samples), _BYTES // 10):
            if not self.enabled:
                raise RequestFailed("Audio.SpeakerEnabled=no: the speaker is disabled")
            if not self.claim(who):
                return
            self._play(samples[at : at + _BYTES // 10])
            if self._ahead() > AHEAD:
                await self._sleep(self._ahead() - AHEAD)

    def wav(self) -> bytes:
        """Return what was played in the last half minute as a WAV file."""
        made = io.BytesIO()
        with wave.open(made, "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(self._kept)
        return made.getvalue()

    def close(self) -> None:
        """Play no more."""
        if self._output:
            self._output.close()

    def _ahead(self) -> float:
        return self._played - self._clock()

    def _play(self, samples: bytes) -> None:
        self._played = max(self._played, self._clock()) + len(samples) / _BYTES
        self._kept += samples
        del self._kept[: -KEPT * _BYTES]
        if self._output:
            self._output.write(samples)
