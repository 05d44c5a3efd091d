"""GOP cache: the frames since the last key frame, with which a decoder can start now."""

from collections.abc import Callable
from typing import Generic, TypeVar

from ipcamd.media.frame import EncodedFrame, Packet

MAX_DELAY_NS = 5_000_000_000
"""Longest time of a picture from the source to the cache."""
MAX_BYTES = 8 << 20
"""Most bytes of a GOP."""
MAX_FRAMES = 300
"""Most frames of a GOP; a longer one is dropped until the next key frame."""


class GopCache:
    """One stream's GOP: for JPEG only the newest picture."""

    def __init__(self) -> None:
        self.frames: list[EncodedFrame] = []
        """Frames, the key frame first."""
        self._size_bytes = 0
        self._since_ns = 0

    def add(self, frame: EncodedFrame) -> bool:
        """Add a frame; return False if the GOP became too large and was dropped."""
        if frame.key:
            self.clear()
        # if the capture is longer ago, the picture is not late, but the clock was set
        if (frame.key or self.frames) and not 0 < self._since_ns - frame.captured_ns < MAX_DELAY_NS:
            self.frames.append(frame)
            self._size_bytes += frame.size_bytes
        too_large = self._size_bytes > MAX_BYTES and len(self.frames) > 1
        if too_large or len(self.frames) > MAX_FRAMES:
            self.clear()
            return False
        return True

    def invalidate(self, since_ns: int) -> None:
        """Remove the frames captured before `since_ns` (nanoseconds of the camera's clock), including later arrivals;
        with 0 only the present ones."""
        self.clear()
        self._since_ns = since_ns

    def clear(self) -> None:
        """Remove all frames."""
        self.frames = []
        self._size_bytes = 0


class PacketGroup:
    """Packets of one group of pictures, as many as a GOP cache has."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self._size_bytes = 0

    def append(self, packet: Packet) -> bool:
        """Add a packet; return False if there were too many: none is left."""
        self.packets.append(packet)
        self._size_bytes += len(packet.payload)
        if len(self.packets) <= MAX_FRAMES and self._size_bytes <= MAX_BYTES:
            return True
        self.take()
        return False

    def take(self, most: int | None = None) -> list[Packet]:
        """Remove and return the first packets, at most this many."""
        taken, self.packets = self.packets[:most], self.packets[most:] if most else []
        self._size_bytes = sum(len(each.payload) for each in self.packets)
        return taken


T = TypeVar("T")


class PackedGop(Generic[T]):
    """Frames of a `GopCache` in a protocol's packed form; the cache determines which are stored."""

    __slots__ = ("_cache", "_packed")

    def __init__(self, cache: GopCache) -> None:
        self._cache = cache
        self._packed: dict[int, T] = {}

    def add(self, frame: EncodedFrame, packed: T) -> None:
        """Store the packed form of `frame`, if the cache contains the frame."""
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
        """Remove all frames."""
        self._packed.clear()
