"""LED of Linux, in sysfs (Documentation/leds/leds-class.rst of the kernel)."""

import os
from functools import partial
from pathlib import Path

from ipcamd.device.linux.device_thread import HANG_S, DeviceThread
from ipcamd.device.linux.supervised_driver import CHECK_S, SupervisedDriver

LEDS = Path("/sys/class/leds")
"""Folder of the kernel's LED class (Documentation/leds/leds-class.rst)."""


class SysfsLed(SupervisedDriver):
    """One LED. A kernel trigger, such as ``netdev``, is kept while the LED may be on."""

    def __init__(self, folder: Path, check_s: float = CHECK_S, hang_s: float = HANG_S) -> None:
        """`folder` is one of ``/sys/class/leds``; it may be missing at first."""
        super().__init__(check_s)
        self._folder = folder
        self._thread = DeviceThread(str(folder), hang_s)
        self._is_lit = True

    def set_lit(self, lit: bool) -> None:
        """See `Led`."""
        self._is_lit = lit
        self._wake()

    async def _bring(self) -> None:
        await self._thread.run(partial(_light, self._folder, self._is_lit))


def _light(folder: Path, lit: bool) -> None:
    """Set the LED. Raises ``OSError`` and ``ValueError``."""
    trigger = folder / "trigger"
    has_trigger = trigger.exists() and "[none]" not in trigger.read_text()
    if has_trigger and lit:
        return
    if has_trigger:
        _write(trigger, "none")
    _write(folder / "brightness", (folder / "max_brightness").read_text().strip() if lit else "0")


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
