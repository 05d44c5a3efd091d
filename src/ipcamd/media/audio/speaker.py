"""Speaker: plays one talker at a time, in real time, on a sound card; a virtual device plays nothing.

It keeps the last half minute, so that tests and remote users can download it.
"""

import asyncio
import io
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Protocol

from ipcamd.errors import RequestFailed
from ipcamd.media.audio.talk_turn import TalkTurn
from ipcamd.media.frame import AUDIO_RATE_HZ
from ipcamd.params.group import Values

KEPT_S = 30
"""Seconds of stored sound, without pauses between talkers."""

AHEAD_S = 0.5
"""Seconds that may be queued for a talker that can be slowed down."""

QUEUE_S = 1.5
"""Seconds that may be queued for a talker that cannot be slowed down; further sound is dropped."""

_BYTES_PER_S = 2 * AUDIO_RATE_HZ


class AudioOutput(Protocol):
    """Output device for sound."""

    def write(self, samples: bytes) -> None:
        """Queue samples for playing; must not block."""

    def close(self) -> None:
        """Stop playing."""


class Speaker:
    """Plays signed 16-bit little-endian samples, 8000 per second, one channel. For the event loop."""

    def __init__(
        self,
        output: AudioOutput | None = None,
        now_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`now_s` returns seconds and never jumps; `sleep` waits for that many seconds."""
        self.enabled = True
        """Whether talk is enabled (``Audio.SpeakerEnabled``)."""
        self.late_packets = 0
        """Packets of talkers that came too late, or twice."""
        self._output = output
        self._now_s = now_s
        self._sleep = sleep
        self._turn = TalkTurn(now_s)
        self._played = 0.0
        """Time at which the queue will have been played."""
        self._kept = bytearray()

    def follow(self, values: Values) -> None:
        """Apply the group ``Audio`` (SDK 10.12)."""
        self.enabled = values.flag("SpeakerEnabled")

    @property
    def talker(self) -> Hashable:
        """The present talker; None without one."""
        return self._turn.talker

    def claim(self, who: Hashable) -> bool:
        """Give `who` the turn if talk is enabled (see `TalkTurn.claim`); return whether it succeeded."""
        return self.enabled and self._turn.claim(who)

    def release(self, who: Hashable) -> None:
        """End the turn of `who`."""
        self._turn.release(who)

    def offer(self, who: Hashable, samples: bytes) -> bool:
        """Queue samples; return False if another talker has the turn, or `who` sends faster than real time."""
        if not self.claim(who) or self._ahead() > QUEUE_S:
            return False
        self._play(samples)
        return True

    async def play(self, who: Hashable, samples: bytes) -> None:
        """Queue samples, and return when more are needed; they are dropped while another talker has the turn. Raises
        ``RequestFailed`` if the speaker is disabled."""
        for at in range(0, len(samples), _BYTES_PER_S // 10):
            if not self.enabled:
                raise RequestFailed("Audio.SpeakerEnabled=no: the speaker is disabled")
            if not self.claim(who):
                return
            self._play(samples[at : at + _BYTES_PER_S // 10])
            if self._ahead() > AHEAD_S:
                await self._sleep(self._ahead() - AHEAD_S)

    def wav(self) -> bytes:
        """Return the last half minute of played sound as a WAV file."""
        import wave

        made = io.BytesIO()
        with wave.open(made, "wb") as file:
            file.setparams((1, 2, AUDIO_RATE_HZ, 0, "NONE", ""))
            file.writeframes(self._kept)
        return made.getvalue()

    def close(self) -> None:
        """Stop playing."""
        if self._output:
            self._output.close()

    def _ahead(self) -> float:
        return self._played - self._now_s()

    def _play(self, samples: bytes) -> None:
        self._played = max(self._played, self._now_s()) + len(samples) / _BYTES_PER_S
        self._kept += samples
        del self._kept[: -KEPT_S * _BYTES_PER_S]
        if self._output:
            self._output.write(samples)
