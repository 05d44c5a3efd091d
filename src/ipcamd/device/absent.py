"""Absent drivers: hardware that the device lacks. Its actions are refused; its state is that of rest."""

from pathlib import Path

from ipcamd.errors import RequestFailed
from ipcamd.params.group import Values


def _refusal() -> RequestFailed:
    return RequestFailed("not supported by this device")


class AbsentOutput:
    """No digital output: events that would switch it have no effect."""

    level = "low"

    def set_level(self, level: str) -> None:
        """See `DigitalOutput`."""


class AbsentPanTilt:
    """No pan-tilt head."""

    position = (0.0, 0.0, 1.0)

    def move(self, pan: float, tilt: float, zoom: float, speed: int) -> None:
        """See `PanTilt`."""
        raise _refusal()

    def stop(self) -> None:
        """See `PanTilt`."""
        raise _refusal()


class AbsentLens:
    """No motor lens."""

    position = (0, 0)
    is_busy = False

    def move(self, zoom: int, focus: int) -> None:
        """See `Lens`."""
        raise _refusal()


class AbsentIrCut:
    """No IR-cut filter and no light sensor."""

    light = 100

    def set_filter(self, in_path: bool) -> None:
        """See `IrCut`."""
        raise _refusal()


class AbsentLed:
    """No light at the network socket."""

    def set_lit(self, lit: bool) -> None:
        """See `Led`."""


class AbsentSerialLine:
    """No RS-485 line."""

    def send(self, data: bytes, values: Values) -> None:
        """See `SerialLine`."""
        raise _refusal()


class AbsentFirmware:
    """No way to install another version."""

    def install(self, image: Path) -> None:
        """See `Firmware`."""
        raise _refusal()
