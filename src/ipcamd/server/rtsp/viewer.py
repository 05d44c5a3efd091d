"""RTP viewer, whatever the way to it: where it begins, and that a slow one skips to the next key frame."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, Self

from ipcamd.media.frame_queue import KeyFrameGate
from ipcamd.media.traffic import StreamTraffic, ViewerIdentity
from ipcamd.server.rtsp.unit import Unit


class Viewer(KeyFrameGate, ABC):
    """Somebody to whom one stream's packets go."""

    __slots__ = ("_newest", "identity", "traffic")

    def __init__(self, identity: ViewerIdentity) -> None:
        super().__init__()
        self.identity = identity
        self.traffic: StreamTraffic | None = None
        """Counts what it gets; set by its stream."""
        self._newest: Unit | None = None

    @property
    @abstractmethod
    def crowd(self) -> Any:
        """What it has in common with those who are sent to together, by `fan`; hashable."""

    @classmethod
    @abstractmethod
    def fan(cls, crowd: Any, viewers: Iterable[Self], unit: Unit) -> int:
        """Send a frame to all viewers of one crowd: the hot loop, in which nothing but the kernel is called.

        A viewer that is not in step gets it by `take`. Return how many were in step.
        """

    def start(self, group: list[Unit]) -> None:
        """Send these first: what a decoder needs to start now. After a pause, only what it has not got already."""
        if self._newest in group:
            group = [] if self.skipping else group[group.index(self._newest) + 1 :]
        else:
            self.skipping = not group
        if group:
            self._begun = True
            self._open(group)
            self._count(len(group), sum(unit.size_bytes for unit in group))

    def take(self, unit: Unit) -> None:
        """Send the next frame, or skip it. Never blocks."""
        if not self.passes(unit):
            return
        if self._send(unit):
            self._count(1, unit.size_bytes)
        else:
            self.drop(1)

    def drop(self, count: int) -> None:
        """See `KeyFrameGate`."""
        before = self.dropped
        super().drop(count)
        if self.traffic and self.dropped > before:
            self.traffic.drop(self.identity, self.dropped - before)

    def _count(self, frames: int, size_bytes: int) -> None:
        if self.traffic:
            self.traffic.frames_sent += frames
            self.traffic.bytes_sent += size_bytes

    def pause(self, newest: Unit | None) -> None:
        """Nothing more is sent for now; `newest` was the last frame. What waits to be sent is forgotten."""
        self._newest = newest

    @abstractmethod
    def report(self, packet: bytes) -> None:
        """Send an RTCP packet."""

    @abstractmethod
    def _open(self, group: list[Unit]) -> None:
        """Send the first frames, at the pace that the way to the viewer allows."""

    @abstractmethod
    def _send(self, unit: Unit) -> bool:
        """Send a frame; return False if the viewer cannot take it now."""
