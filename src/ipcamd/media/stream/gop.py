"""GOP cache: the frames since the last key frame, which a decoder needs to start now."""

from collections.abc import Callable
from typing import Generic, TypeVar

from ipcamd.media.frame import EncodedFrame

LATE = 5_000_000_000
"""Longest way of a picture from the source to the cache, in nanoseconds."""
MAX_BYTES = 8 << 20
"""Most bytes of a GOP."""
MAX_FRAMES = 300
"""A longer GOP is dropped: a key frame must begin a new one."""


class GopCache:
    """One stream's GOP: for JPEG the newest picture alone."""

    def __init__(self) -> None:
        self.frames: list[EncodedFrame] = []
        """The key frame first. Empty, or it begins with one."""
        self._size_bytes = 0
        self._since_ns = 0

    def add(self, frame: EncodedFrame) -> bool:
        """Add a frame; return False if the GOP grew too large and was let go."""
        if frame.key:
            self.clear()
        # if the capture is longer ago, the picture is not late, but the clock was set
        if (frame.key or self.frames) and not 0 < self._since_ns - frame.captured_ns < LATE:
            self.frames.append(frame)
            self._size_bytes += frame.size_bytes
        too_large = self._size_bytes > MAX_BYTES and len(self.frames) > 1
        if too_large or len(self.frames) > MAX_FRAMES:
            self.clear()
            return False
        return True

    def invalidate(self, since_ns: int) -> None:
        """Forget the frames captured before `since_ns` (nanoseconds of the camera's clock), also those that come later;
        with 0 only the present ones."""
        self.clear()
        self._since_ns = since_ns

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

    def add(self, frame: EncodedFrame, packed: T) -> None:
        """Keep the packed form of `frame`, if the cache keeps the frame."""
        if frame.key or not self._cache.frames:
            self._packed.clear()
        if self._cache.frames:
            self._packed[frame.counter] = packed

    def fill(self, pack: Callable[[EncodedFrame], T]) -> None:
        """Start with the present frames of the cache; `pack` packs one."""
        self._packed = {frame.counter: pack(frame) for frame in self._cache.frames}

    def items(self) -> list[T]:
        """Return the packed frames for a new viewer, in order."""
        return [self._packed[frame.counter] for frame in self._cache.frames if frame.counter in self._packed]

    def clear(self) -> None:
        """Forget everything."""
        self._packed.clear()
