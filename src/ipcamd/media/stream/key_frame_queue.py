"""Bounded frame queue: a slow consumer skips to the newest key frame, of JPEG to the newest picture.

It serves viewers of every protocol, recordings, and the publisher between encoder thread and event loop.
"""

import sys
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar


class Queueable(Protocol):
    """Attributes of a frame that a queue needs."""

    @property
    def key(self) -> bool:
        """A decoder can start here."""

    @property
    def size_bytes(self) -> int:
        """Size in memory."""


class KeyFrameGate:
    """Selects the frames for a consumer: after a dropped frame none before the next key frame."""

    __slots__ = ("_begun", "dropped", "skipping")

    def __init__(self, begun: bool = False) -> None:
        """`begun`: the consumer already has the frames before the next one."""
        self.skipping = not begun
        """Whether the consumer gets no frames before the next key frame."""
        self.dropped = 0
        """Frames dropped because the consumer is slow."""
        self._begun = begun

    def passes(self, frame: Queueable) -> bool:
        """Return whether the consumer gets `frame`; if not, count it."""
        if frame.key:
            self.skipping, self._begun = False, True
        if self.skipping:
            self.drop(1)
        return not self.skipping

    def drop(self, count: int) -> None:
        """Count dropped frames, and skip to the next key frame. Frames before the first key frame are not counted."""
        self.skipping = True
        if self._begun:
            self.dropped += count


F = TypeVar("F", bound=Queueable)


class FrameQueue(KeyFrameGate, Generic[F]):
    """Frames of one stream that wait for one consumer. For one thread at a time."""

    __slots__ = ("_frames", "_max_bytes", "_max_frames", "size_bytes")

    def __init__(self, max_frames: int, max_bytes: int = sys.maxsize, begun: bool = False) -> None:
        """At most `max_frames` frames and `max_bytes` bytes wait, and one more frame; `begun` as in `KeyFrameGate`."""
        super().__init__(begun)
        self._max_frames, self._max_bytes = max_frames, max_bytes
        self._frames: list[F] = []
        self.size_bytes = 0
        """Bytes of the waiting frames."""

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def oldest(self) -> F | None:
        """The oldest waiting frame; None without one."""
        return self._frames[0] if self._frames else None

    def begin(self, frames: Iterable[F]) -> None:
        """Queue the GOP for a new viewer, of any size: nothing, or frames that start with a key frame."""
        for frame in frames:
            self._append(frame)
            self.skipping, self._begun = False, True

    def put(self, frame: F) -> bool:
        """Queue a frame; if the queue is full, drop all waiting frames and skip to the next key frame. Return whether
        the frame was queued."""
        if len(self._frames) >= self._max_frames or self.size_bytes > self._max_bytes:
            self.drop(len(self._frames))
            self.clear()
        if not self.passes(frame):
            return False
        self._append(frame)
        return True

    def pop(self) -> F:
        """Remove and return the oldest frame. Raises ``IndexError``."""
        frame = self._frames.pop(0)
        self.size_bytes -= frame.size_bytes
        return frame

    def take_all(self) -> list[F]:
        """Remove and return all frames."""
        frames, self._frames, self.size_bytes = self._frames, [], 0
        return frames

    def _append(self, frame: F) -> None:
        self._frames.append(frame)
        self.size_bytes += frame.size_bytes

    def clear(self) -> None:
        """Remove all frames without counting them."""
        self._frames.clear()
        self.size_bytes = 0
