"""Light sensor of Linux, in sysfs (Documentation/ABI/testing/sysfs-bus-iio of the kernel)."""

from functools import partial
from pathlib import Path

from ipcamd.device.linux.device_thread import HANG_S, DeviceThread
from ipcamd.device.linux.supervised_driver import SupervisedDriver
from ipcamd.device.watched_light import WatchedLight
from ipcamd.errors import RequestFailed

READ_S = 1.0
"""Seconds between two readings."""


class IioLight(SupervisedDriver, WatchedLight):
    """One sensor. The light is its illuminance in lux, at most 100."""

    def __init__(self, folder: Path, read_s: float = READ_S, hang_s: float = HANG_S) -> None:
        """`folder` is one of ``/sys/bus/iio/devices``; it may be missing at first."""
        SupervisedDriver.__init__(self, read_s)
        WatchedLight.__init__(self)
        self._folder = folder
        self._thread = DeviceThread(str(folder), hang_s)

    async def _bring(self) -> None:
        try:
            lux = await self._thread.run(partial(read_illuminance, self._folder))
        except RequestFailed:
            self._set_level(None)
            raise
        self._set_level(min(100, round(lux)))


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
