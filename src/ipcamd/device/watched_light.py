"""Watched light: a measured light whose changes are told to listeners; base class of light sensors."""

from collections.abc import Callable


class WatchedLight:
    """See `LightSensor`. For the event loop."""

    def __init__(self) -> None:
        self.level: int | None = None
        """Light, 0 to 100; None while unknown."""
        self._listeners: list[Callable[[], None]] = []

    def watch(self, listener: Callable[[], None]) -> None:
        """See `LightSensor`."""
        self._listeners.append(listener)

    def _set_level(self, level: int | None) -> None:
        if level != self.level:
            self.level = level
            for listener in self._listeners:
                listener()
