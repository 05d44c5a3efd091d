"""Subscriber queue: frames of a stream and of its audio, until they are taken."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from operator import attrgetter
from typing import NamedTuple

from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.key_frame_queue import FrameQueue
from ipcamd.media.stream.traffic import StreamTraffic

MAX_BYTES = 32 << 20
"""Maximum bytes of the waiting pictures."""
MAX_FRAMES = 10_000
"""Maximum number of waiting pictures."""
MAX_SOUNDS = 1000
"""Maximum number of waiting audio blocks: 40 seconds."""

RECORDER = "the recording, because the SD card is too slow"
"""Name in the warning of dropped pictures."""

CLOCK_JUMP_NS = 2_000_000_000
"""Difference of capture times, in nanoseconds, above which the clock was set between audio and pictures."""


class _Arrival(NamedTuple):
    """Picture with its time of arrival."""

    at_s: float
    frame: EncodedFrame

    @property
    def key(self) -> bool:
        return self.frame.key

    @property
    def size_bytes(self) -> int:
        return self.frame.size_bytes


class SubscriberQueue:
    """Queue of the frames of two hubs, until `close`. For the event loop."""

    def __init__(self, hub: Hub, sound: Hub | None, clock_s: Callable[[], float], traffic: StreamTraffic) -> None:
        """`clock_s` returns the time of arrival in seconds. `traffic` counts the pictures that are taken and dropped.

        The queue starts with the frames since the last key frame.
        """
        self._hub = hub
        self._sound = sound
        self._clock_s = clock_s
        self._traffic = traffic
        self._pictures: FrameQueue[_Arrival] = FrameQueue(MAX_FRAMES, MAX_BYTES)
        self._sounds: deque[EncodedFrame] = deque(maxlen=MAX_SOUNDS)
        for frame in hub.subscribe(self._add_picture):
            self._add_picture(frame)
        if sound:
            sound.subscribe(self._sounds.append)

    @property
    def dropped(self) -> int:
        """Number of frames dropped because they were not taken in time."""
        return self._pictures.dropped

    def take(self, before_s: float = float("inf")) -> list[EncodedFrame]:
        """Return the pictures that arrived before `before_s` and the audio up to the last one, in order of capture."""
        pictures = []
        while (oldest := self._pictures.oldest) and oldest.at_s < before_s:
            pictures.append(self._pictures.pop().frame)
            self._traffic.send(1, pictures[-1].size_bytes)
        return list(merge_by_time(pictures, self._audio_before(oldest.frame if oldest else None)))

    def close(self) -> None:
        """Unsubscribe."""
        self._hub.unsubscribe(self._add_picture)
        if self._sound:
            self._sound.unsubscribe(self._sounds.append)

    def _add_picture(self, frame: EncodedFrame) -> None:
        before = self.dropped
        if not self._pictures.put(_Arrival(self._clock_s(), frame)):
            self._hub.ask_key()
        if self.dropped > before:
            self._traffic.drop(RECORDER, self.dropped - before)

    def _audio_before(self, following: EncodedFrame | None) -> Iterator[EncodedFrame]:
        """Yield the audio before the next picture that stays in the queue, and audio from before a clock step."""
        while self._sounds:
            ahead = -1 if following is None else self._sounds[0].captured_ns - following.captured_ns
            if 0 <= ahead <= CLOCK_JUMP_NS:
                return
            yield self._sounds.popleft()


def merge_by_time(pictures: Iterable[EncodedFrame], sounds: Iterable[EncodedFrame]) -> Iterator[EncodedFrame]:
    """Return both in order of capture; each keeps its own order even if the clock was set."""
    return merge(pictures, sounds, key=attrgetter("captured_ns"))


def is_picture(frame: EncodedFrame) -> bool:
    """Return whether a frame is a picture, not audio."""
    return not frame.codec.is_audio
