"""Light sensor of Linux, in sysfs (Documentation/ABI/testing/sysfs-bus-iio of the kernel)."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from ipcamd.device.linux.device_thread import HANG_S, DeviceThread
from ipcamd.device.linux.supervised_driver import SupervisedDriver
from ipcamd.errors import RequestFailed

READ_S = 1.0
"""Seconds between two readings."""


class IioLight(SupervisedDriver):
    """One sensor. The light is its illuminance in lux, at most 100."""

    def __init__(self, folder: Path, read_s: float = READ_S, hang_s: float = HANG_S) -> None:
        """`folder` is one of ``/sys/bus/iio/devices``; it may be missing at first."""
        super().__init__(read_s)
        self._folder = folder
        self._thread = DeviceThread(str(folder), hang_s)
        self._listeners: list[Callable[[], None]] = []
        self._level: int | None = None

    @property
    def level(self) -> int | None:
        """See `LightSensor`."""
        return self._level

    def watch(self, listener: Callable[[], None]) -> None:
        """See `LightSensor`."""
        self._listeners.append(listener)

    async def _bring(self) -> None:
        try:
            lux = await self._thread.run(partial(read_illuminance, self._folder))
        except RequestFailed:
            self._set(None)
            raise
        self._set(min(100, round(lux)))

    def _set(self, level: int | None) -> None:
        if level != self._level:
            self._level = level
            for listener in self._listeners:
                listener()


def read_illuminance(folder: Path) -> float:
    """Return the measured illuminance in lux. Raises ``OSError`` and ``ValueError``."""
    for channel in ("in_illuminance", "in_illuminance0"):
        if (processed := folder / f"{channel}_input").exists():
            return float(processed.read_text())
        if (raw := folder / f"{channel}_raw").exists():
            offset = _factor(folder, channel, "offset", 0.0)
            return (float(raw.read_text()) + offset) * _factor(folder, channel, "scale", 1.0)
    if not folder.exists():
        raise FileNotFoundError(2, "no such device")
    raise ValueError("it measures no illuminance")


def _factor(folder: Path, channel: str, name: str, fallback: float) -> float:
    """Return a number of one channel, or of all channels of its kind."""
    for kind in (channel, "in_illuminance"):
        if (file := folder / f"{kind}_{name}").exists():
            return float(file.read_text())
    return fallback
