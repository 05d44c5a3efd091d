"""IR-cut filter of Linux: moved by a V4L2 control or by GPIO lines, with an IR lamp."""

from typing import Protocol

from ipcamd.device.drivers import DigitalOutput
from ipcamd.device.linux.device_thread import HANG_S
from ipcamd.device.linux.supervised_driver import CHECK_S, SupervisedDriver
from ipcamd.device.linux.v4l2.controls import ControlRange, V4l2Controls
from ipcamd.errors import RequestFailed


class FilterMotor(Protocol):
    """Moves a filter. All methods raise ``RequestFailed`` if the hardware fails."""

    async def move(self, in_path: bool) -> None:
        """Move the filter into the light path, or out of it."""

    async def probe(self) -> None:
        """Check that the hardware answers, without a move."""

    async def close(self) -> None:
        """Release the hardware."""


class LinuxIrCut(SupervisedDriver):
    """Filter and lamp. The position of a filter is unknown, so it is moved at the start, and when its hardware
    returns."""

    is_present = True

    def __init__(self, motor: FilterMotor, lamp: DigitalOutput | None, check_s: float = CHECK_S) -> None:
        """Other code starts and closes the lamp."""
        super().__init__(check_s)
        self._motor, self._lamp = motor, lamp
        self._in_path = True
        self._moved_to: bool | None = None
        """Position of the last move; None before the first one and after a failure, when the filter is moved again."""

    @property
    def in_path(self) -> bool:
        """See `IrCut`; the last set position."""
        return self._in_path

    def set_filter(self, in_path: bool) -> None:
        """See `IrCut`."""
        self._in_path = in_path
        self._wake()
        if self._lamp:
            self._lamp.set_level("low" if in_path else "high")

    async def check(self) -> None:
        """See `IrCut`."""
        await super().check()
        if self._lamp:
            await self._lamp.check()

    async def close(self) -> None:
        """See `Unit`."""
        await super().close()
        await self._motor.close()

    async def _bring(self) -> None:
        wanted, moved_to = self._in_path, self._moved_to
        self._moved_to = None
        await (self._motor.probe() if moved_to is wanted else self._motor.move(wanted))
        self._moved_to = wanted


class V4l2FilterMotor:
    """Filter with a control of a V4L2 device, whose maximum inserts the filter."""

    def __init__(self, path: str, control: str, inverted: bool = False, hang_s: float = HANG_S) -> None:
        """`control` is the name in ``v4l2-ctl --list-ctrls``; `inverted`: its maximum removes the filter. `path` is the
        device's, such as ``/dev/v4l-subdev0``."""
        self._controls, self._control, self._inverted = V4l2Controls(path, hang_s), control, inverted

    async def move(self, in_path: bool) -> None:
        """See `FilterMotor`."""
        control = await self._find()
        await self._controls.set({control.id: control.maximum if in_path is not self._inverted else control.minimum})

    async def probe(self) -> None:
        """See `FilterMotor`."""
        await self._find()

    async def close(self) -> None:
        """See `FilterMotor`."""
        self._controls.close()

    async def _find(self) -> ControlRange:
        controls = (await self._controls.ranges()).values()
        for control in controls:
            if control.name == self._control and control.is_writable:
                return control
        names = ", ".join(control.name for control in controls if control.is_writable) or "none"
        raise RequestFailed(f"{self._controls.path}: no control {self._control}; its controls: {names}")
