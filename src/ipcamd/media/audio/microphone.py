"""Microphone: publishes the sound of a source as u-law blocks on a hub, while it has listeners.

It runs in the event loop. Sound arrives from media threads; processing a chunk takes microseconds.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable

from ipcamd.media.audio.audio_framer import BLOCK_NS, AudioBlock, AudioFramer
from ipcamd.media.codecs import ULAW
from ipcamd.media.frame import AUDIO_RATE_HZ, AudioChunk, EncodedFrame
from ipcamd.media.stream.hub import Hub
from ipcamd.wire import ulaw
from ipcamd.wire.payload_header import Status
from ipcamd.workers.thread import call_in_loop

QUEUE_CHUNKS = 64
"""Most chunks that may wait for the event loop; older ones are dropped if the loop blocks for seconds."""

GAP_NS = 400_000_000
"""Time without sound from the source after which silence is inserted."""


class Microphone:
    """Publishes sound for viewers. `feed` may be called from any thread, everything else only in the event loop."""

    def __init__(self, clock_ns: Callable[[], int], status: Callable[[], Status]) -> None:
        """`clock_ns` is the camera's clock, nanoseconds since the epoch; `status` returns the payload header's
        status."""
        self.hub = Hub(ULAW, "audio", lambda _: self._update())
        self._subscribers: dict[Callable[[AudioBlock], None], None] = {}
        self.need: Callable[[bool], None] = lambda _: None
        """Called when sound becomes needed or unneeded."""
        self._clock_ns = clock_ns
        self._status = status
        self._enabled = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._chunks: deque[tuple[bytes, int]] = deque(maxlen=QUEUE_CHUNKS)
        self._framer = AudioFramer()
        self._fresh = False
        """Whether sound arrived since the last check."""
        self._timer: asyncio.TimerHandle | None = None
        self._counter = 0

    @property
    def enabled(self) -> bool:
        """Whether viewers get sound (``Audio.MicEnabled``); a change affects running streams at once."""
        return self._enabled

    @enabled.setter
    def enabled(self, enabled: bool) -> None:
        if enabled != self._enabled:
            self._enabled = enabled
            self._update()

    @property
    def listening(self) -> bool:
        """Whether sound is needed now: it is enabled and has listeners."""
        return self._timer is not None

    def feed(self, sound: AudioChunk) -> None:
        """Add a chunk of sound from the source."""
        piece = sound.samples.astype("<i2", copy=False).tobytes(), sound.captured_ns
        with self._lock:
            self._chunks.append(piece)
            loop = self._loop
            if len(self._chunks) > 1 or loop is None:
                return  # a scheduled call will process it
        call_in_loop(loop, self._take)

    def subscribe(self, take: Callable[[AudioBlock], None]) -> None:
        """Call `take` with each block, before it is encoded; in the event loop."""
        self._subscribers[take] = None
        self._update()

    def unsubscribe(self, take: Callable[[AudioBlock], None]) -> None:
        """Stop calling `take`."""
        self._subscribers.pop(take, None)
        self._update()

    def close(self) -> None:
        """Stop requesting sound."""
        self._switch(False)

    def _update(self) -> None:
        self._switch(self._enabled and (self.hub.watched.is_set() or bool(self._subscribers)))

    def _switch(self, on: bool) -> None:
        if on == self.listening:
            return
        if self._timer:
            self._timer.cancel()
            self._timer = None
        with self._lock:
            self._chunks.clear()
            self._loop = asyncio.get_running_loop() if on else None
        if on:
            self._framer, self._fresh = AudioFramer(), False
            self._check_in(GAP_NS)
        self.need(on)

    def _take(self) -> None:
        with self._lock:
            chunks = list(self._chunks)
            self._chunks.clear()
        if not self.listening:
            return
        self._fresh = True
        for samples, captured_ns in chunks:
            self._publish(self._framer.feed(samples, captured_ns))

    def _check_in(self, nanoseconds: int) -> None:
        self._timer = asyncio.get_running_loop().call_later(nanoseconds / 1e9, self._check)

    def _check(self) -> None:
        """Insert silence if no sound came; schedule the next check."""
        if self._fresh:
            self._check_in(GAP_NS)
        else:
            self._publish(self._framer.silence(self._clock_ns() - GAP_NS))
            self._check_in(BLOCK_NS)
        self._fresh = False

    def _publish(self, blocks: Iterable[AudioBlock]) -> None:
        for block in blocks:
            for take in tuple(self._subscribers):
                take(block)
            counter, self._counter = self._counter, (self._counter + 1) % (1 << 32)
            payload, rate, status = ulaw.encode(block.samples), AUDIO_RATE_HZ, self._status()
            self.hub.publish(EncodedFrame(ULAW, payload, True, block.captured_ns, counter, rate=rate, status=status))
