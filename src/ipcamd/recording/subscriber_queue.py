"""Subscriber queue: frames of a stream and of the sound, until they are fetched."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.frame_queue import FrameQueue
from ipcamd.media.stream.hub import Hub

MAX_BYTES = 32 << 20
"""Pictures that may wait."""
MAX_FRAMES = 10_000
MAX_SOUNDS = 1000
"""Blocks of sound that may wait: 40 seconds."""

LEAP = 2_000_000_000
"""Nanoseconds by which sound and pictures are apart only when the clock was set between them."""


class _Arrival(NamedTuple):
    """A picture, and when it arrived."""

    at_s: float
    frame: EncodedFrame

    @property
    def key(self) -> bool:
        return self.frame.key

    @property
    def size_bytes(self) -> int:
        return self.frame.size_bytes


class SubscriberQueue:
    """Subscribes to the hubs until `leave`. For the event loop."""

    def __init__(self, hub: Hub, sound: Hub | None, clock: Callable[[], float]) -> None:
        """`clock` says when something arrives, in seconds. It begins with the frames since the last key frame."""
        self._hub = hub
        self._sound = sound
        self._clock = clock
        self._pictures: FrameQueue[_Arrival] = FrameQueue(MAX_FRAMES, MAX_BYTES)
        self._sounds: deque[EncodedFrame] = deque(maxlen=MAX_SOUNDS)
        for frame in hub.subscribe(self._see):
            self._see(frame)
        if sound:
            sound.subscribe(self._hear)

    @property
    def dropped(self) -> int:
        """Number of frames dropped because they were not fetched in time."""
        return self._pictures.dropped

    def fetch(self, before: float = float("inf")) -> list[EncodedFrame]:
        """Return the pictures that arrived before then, and the sound up to the last of them, in order of capture."""
        pictures = []
        while (oldest := self._pictures.oldest) and oldest.at_s < before:
            pictures.append(self._pictures.pop().frame)
        return list(merged(pictures, self._heard(oldest.frame if oldest else None)))

    def leave(self) -> None:
        """Take no more."""
        self._hub.unsubscribe(self._see)
        if self._sound:
            self._sound.unsubscribe(self._hear)

    def _see(self, frame: EncodedFrame) -> None:
        if not self._pictures.put(_Arrival(self._clock(), frame)):
            self._hub.ask_key()

    def _hear(self, block: EncodedFrame) -> None:
        self._sounds.append(block)

    def _heard(self, following: EncodedFrame | None) -> Iterator[EncodedFrame]:
        """Give the sound that belongs before the next picture that stays here, and that of another time altogether."""
        while self._sounds:
            ahead = -1 if following is None else self._sounds[0].captured_ns - following.captured_ns
            if 0 <= ahead <= LEAP:
                return
            yield self._sounds.popleft()


def merged(pictures: Iterable[EncodedFrame], sounds: Iterable[EncodedFrame]) -> Iterator[EncodedFrame]:
    """Give both in order of capture; each by itself stays in its own order, whatever the clock did."""
    waiting = deque(sounds)
    for picture in pictures:
        while waiting and waiting[0].captured_ns < picture.captured_ns:
            yield waiting.popleft()
        yield picture
    yield from waiting


def is_picture(frame: EncodedFrame) -> bool:
    """Return whether a frame is a picture, and not sound."""
    return not frame.codec.is_sound
