"""GOP cache: the frames since the last key frame, which a decoder needs to start now."""

from collections.abc import Callable
from typing import Generic, TypeVar

from ipcamd.media.frame import Encoded

LATE = 5_000_000_000
"""How long a picture may be on its way from the source to the cache at most, in nanoseconds."""
MAX_BYTES = 8 << 20
MAX_FRAMES = 300
"""A longer GOP is let go: a key frame must begin a new one."""


class GopCache:
    """One stream's GOP: for JPEG the newest picture alone."""

    def __init__(self) -> None:
        self.frames: list[Encoded] = []
        """The key frame first. Empty, or it begins with one."""
        self._size_bytes = 0
        self._since = 0

    def add(self, frame: Encoded) -> bool:
        """Add a frame; return False if the GOP grew too large and was let go."""
        if frame.key:
            self.clear()
        # a moment long after the capture is no late picture, but a clock that was set
        if (frame.key or self.frames) and not 0 < self._since - frame.captured_ns < LATE:
            self.frames.append(frame)
            self._size_bytes += frame.size_bytes
        too_large = self._size_bytes > MAX_BYTES and len(self.frames) > 1
        if too_large or len(self.frames) > MAX_FRAMES:
            self.clear()
            return False
        return True

    def invalidate(self, since: int) -> None:
        """Forget what was captured before `since` (nanoseconds of the camera's clock), also what comes late of it; with
        0 only what is here."""
        self.clear()
        self._since = since

    def clear(self) -> None:
        """Forget all frames."""
        self.frames = []
        self._size_bytes = 0


T = TypeVar("T")


class PackedGop(Generic[T]):
    """Frames of a `GopCache` as packed for a protocol; the cache alone decides which are kept."""

    __slots__ = ("_cache", "_packed")

    def __init__(self, cache: GopCache) -> None:
        self._cache = cache
        self._packed: dict[int, T] = {}

    def add(self, frame: Encoded, packed: T) -> None:
        """Keep what was made of `frame`, if the cache keeps that."""
        if frame.key or not self._cache.frames:
            self._packed.clear()
        if self._cache.frames:
            self._packed[frame.counter] = packed

    def fill(self, pack: Callable[[Encoded], T]) -> None:
        """Begin with the frames that the cache has by now; `pack` makes of a frame what is kept."""
        self._packed = {frame.counter: pack(frame) for frame in self._cache.frames}

    def items(self) -> list[T]:
        """Return what a newcomer needs, in order."""
        return [self._packed[frame.counter] for frame in self._cache.frames if frame.counter in self._packed]

    def clear(self) -> None:
        """Forget everything."""
        self._packed.clear()
