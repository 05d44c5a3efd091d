"""What all viewers of a stream have in common: where they begin, and that a slow one skips to the next key frame."""

from abc import ABC, abstractmethod

from ipcamd.server.rtsp.unit import Unit


class Viewer(ABC):
    """Somebody to whom one stream's packets go."""

    __slots__ = ("_last", "_skipping", "dropped", "sent")

    def __init__(self) -> None:
        self._skipping = True
        self._last: Unit | None = None
        self.sent = self.dropped = 0
        """Frames."""

    def start(self, group: list[Unit]) -> None:
        """Send these first: what a decoder needs to start now. After a pause, only what it has not got already."""
        if self._last in group:
            group = group[group.index(self._last) + 1 :]
        elif not group:
            self._skipping = True
        if group:
            self._skipping = False
            self._open(group)
            self._last = group[-1]
            self.sent += len(group)

    def take(self, unit: Unit) -> None:
        """Send the next frame, or skip it. Never blocks."""
        if (self._skipping and not unit.key) or not self._send(unit):
            self._skipping = True
            self.dropped += 1
            return
        self._skipping = False
        self._last = unit
        self.sent += 1

    @abstractmethod
    def report(self, packet: bytes) -> None:
        """Send an RTCP packet."""

    @abstractmethod
    def pause(self) -> None:
        """Nothing more is sent for now; forget what waits."""

    @abstractmethod
    def _open(self, group: list[Unit]) -> None:
        """Send the first frames, at the pace that the way to the viewer allows."""

    @abstractmethod
    def _send(self, unit: Unit) -> bool:
        """Send a frame; return False if the viewer cannot take it now."""
