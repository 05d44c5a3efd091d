"""What a picture's hub and the sound's give from now on, kept until somebody fetches it."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from ipcamd.media.frame import Encoded
from ipcamd.media.hub import Hub

MOST_BYTES = 32 << 20
"""Pictures that may wait. When nobody fetches them, all go, up to the next key frame."""
MOST_SOUNDS = 1000
"""Blocks of sound that may wait: 40 seconds."""

LEAP = 2_000_000_000
"""Nanoseconds by which sound and pictures are apart only when the clock was set between them."""


class SubscriberQueue:
    """Subscribes to the hubs until `leave`. For the event loop."""

    def __init__(self, hub: Hub, sound: Hub | None, clock: Callable[[], float]) -> None:
        """`clock` says when something arrives, in seconds. It begins with the frames since the last key frame."""
        self.lost = 0
        """Pictures that were thrown away because nobody fetched them."""
        self._hub = hub
        self._sound = sound
        self._clock = clock
        self._pictures: deque[tuple[float, Encoded]] = deque()
        self._sounds: deque[Encoded] = deque(maxlen=MOST_SOUNDS)
        self._bytes = 0
        self._broken = True
        for frame in hub.join(self._see):
            self._see(frame)
        if sound:
            sound.join(self._hear)

    def fetch(self, before: float = float("inf")) -> list[Encoded]:
        """Return the pictures that arrived before then, and the sound up to the last of them, in order of capture."""
        pictures = []
        while self._pictures and self._pictures[0][0] < before:
            pictures.append(self._pictures.popleft()[1])
        self._bytes -= sum(len(frame.payload) for frame in pictures)
        return list(merged(pictures, self._heard(self._pictures[0][1] if self._pictures else None)))

    def leave(self) -> None:
        """SubscriberQueue no more."""
        self._hub.leave(self._see)
        if self._sound:
            self._sound.leave(self._hear)

    def _see(self, frame: Encoded) -> None:
        if self._bytes > MOST_BYTES:
            self.lost += len(self._pictures)
            self._pictures.clear()
            self._bytes, self._broken = 0, True
            self._hub.ask_key()
        self._broken = self._broken and not frame.key
        if self._broken:
            self.lost += self.lost > 0  # what comes before the first key frame is no loss
            return
        self._pictures.append((self._clock(), frame))
        self._bytes += len(frame.payload)

    def _hear(self, block: Encoded) -> None:
        self._sounds.append(block)

    def _heard(self, following: Encoded | None) -> Iterator[Encoded]:
        """Give the sound that belongs before the next picture that stays here, and that of another time altogether."""
        while self._sounds:
            ahead = -1 if following is None else self._sounds[0].captured - following.captured
            if 0 <= ahead <= LEAP:
                return
            yield self._sounds.popleft()


def merged(pictures: Iterable[Encoded], sounds: Iterable[Encoded]) -> Iterator[Encoded]:
    """Give both in order of capture; each by itself stays in its own order, whatever the clock did."""
    waiting = deque(sounds)
    for picture in pictures:
        while waiting and waiting[0].captured < picture.captured:
            yield waiting.popleft()
        yield picture
    yield from waiting


def is_picture(frame: Encoded) -> bool:
    """Return whether a frame is a picture, and not sound."""
    return not frame.codec.is_sound
