"""What all viewers of a stream have in common: where they begin, and that a slow one skips to the next key frame."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, Self

from ipcamd.server.rtsp.unit import Unit


class Viewer(ABC):
    """Somebody to whom one stream's packets go."""

    __slots__ = ("_newest", "dropped", "skipping")

    def __init__(self) -> None:
        self.skipping = True
        """It gets nothing before the next key frame."""
        self.dropped = 0
        """Frames that it missed by being slow."""
        self._newest: Unit | None = None

    @property
    @abstractmethod
    def crowd(self) -> Any:
        """What it has in common with those who are sent to together, by `fan`; hashable."""

    @classmethod
    @abstractmethod
    def fan(cls, crowd: Any, viewers: Iterable[Self], unit: Unit) -> None:
        """Send a frame to all viewers of one crowd: the hot loop, in which nothing but the kernel is called.

        Whoever is not in step gets it by `take`.
        """

    def start(self, group: list[Unit]) -> None:
        """Send these first: what a decoder needs to start now. After a pause, only what it has not got already."""
        if self._newest in group:
            group = [] if self.skipping else group[group.index(self._newest) + 1 :]
        else:
            self.skipping = not group
        if group:
            self._open(group)

    def take(self, unit: Unit) -> None:
        """Send the next frame, or skip it. Never blocks."""
        self.skipping = (self.skipping and not unit.key) or not self._send(unit)
        self.dropped += self.skipping

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
