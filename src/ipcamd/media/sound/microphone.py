"""Microphone: sound of any source, as u-law blocks on a hub, while it has listeners.

It lives in the event loop. Sound comes from media threads; the little there is to do to it takes microseconds.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable

from ipcamd.media.codecs import ULAW
from ipcamd.media.frame import NO_STATUS, Encoded, Sound
from ipcamd.media.sound.audio_framer import LENGTH, RATE, AudioBlock, AudioFramer
from ipcamd.media.stream.hub import Hub
from ipcamd.wire import ulaw
from ipcamd.wire.payload import Status

MOST = 64
"""Stretches that may wait for the event loop; older ones are lost when it stands still for seconds."""

PATIENCE = 400_000_000
"""Nanoseconds without sound from the source before silence takes its place."""


class Microphone:
    """Sound for viewers. `hear` may be called from any thread, everything else from the event loop's."""

    def __init__(
        self,
        clock_ns: Callable[[], int],
        status: Callable[[], Status] = lambda: NO_STATUS,
        need: Callable[[bool], None] = lambda _: None,
    ) -> None:
        """`clock_ns` is the camera's clock, nanoseconds since the epoch; `status` says what its senses say."""
        self.hub = Hub(ULAW, "audio", self._watched)
        self.need = need
        """Is told when sound is needed, and when it is not any more."""
        self._clock_ns = clock_ns
        self._status = status
        self._enabled = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._heard: deque[tuple[bytes, int]] = deque(maxlen=MOST)
        self._blocks = AudioFramer()
        self._fresh = False
        """Whether there was sound since the last look."""
        self._timer: asyncio.TimerHandle | None = None
        self._counter = 0

    @property
    def enabled(self) -> bool:
        """Whether viewers get sound (``Audio.MicEnabled``); those who watch get it, or lose it, at once."""
        return self._enabled

    @enabled.setter
    def enabled(self, enabled: bool) -> None:
        if enabled != self._enabled:
            self._enabled = enabled
            self._turn(enabled and self.hub.watched.is_set())

    @property
    def listening(self) -> bool:
        """Whether sound is needed now: it is enabled, and somebody listens."""
        return self._timer is not None

    def hear(self, sound: Sound) -> None:
        """Take a stretch of sound from the source."""
        piece = sound.samples.astype("<i2", copy=False).tobytes(), sound.captured_ns
        with self._lock:
            self._heard.append(piece)
            loop = self._loop
            if len(self._heard) > 1 or loop is None:
                return  # the call that will take it is on its way already
        with contextlib.suppress(RuntimeError):  # the loop was closed: the camera is going down
            loop.call_soon_threadsafe(self._take)

    def close(self) -> None:
        """Need nothing any more."""
        self._turn(False)

    def _watched(self, watched: bool) -> None:
        self._turn(watched and self._enabled)

    def _turn(self, on: bool) -> None:
        if on == self.listening:
            return
        if self._timer:
            self._timer.cancel()
            self._timer = None
        with self._lock:
            self._heard.clear()
            self._loop = asyncio.get_running_loop() if on else None
        if on:
            self._blocks, self._fresh = AudioFramer(), False
            self._look_in(PATIENCE)
        self.need(on)

    def _take(self) -> None:
        with self._lock:
            heard = list(self._heard)
            self._heard.clear()
        if not self.listening:
            return
        self._fresh = True
        for samples, captured_ns in heard:
            self._publish(self._blocks.feed(samples, captured_ns))

    def _look_in(self, nanoseconds: int) -> None:
        self._timer = asyncio.get_running_loop().call_later(nanoseconds / 1e9, self._look)

    def _look(self) -> None:
        """Put silence where no sound came; look again when the next might be missing."""
        if self._fresh:
            self._look_in(PATIENCE)
        else:
            self._publish(self._blocks.silence(self._clock_ns() - PATIENCE))
            self._look_in(LENGTH)
        self._fresh = False

    def _publish(self, blocks: Iterable[AudioBlock]) -> None:
        for block in blocks:
            counter, self._counter = self._counter, (self._counter + 1) % (1 << 32)
            payload, status = ulaw.encode(block.samples), self._status()
            self.hub.publish(Encoded(ULAW, payload, True, block.captured_ns, counter, rate=RATE, status=status))
