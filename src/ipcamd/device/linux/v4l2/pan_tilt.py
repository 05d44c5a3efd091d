"""Pan-tilt head with zoom on the controls of a V4L2 device.

The head follows a path in small steps. An axis has a control of position, steps, or speed. With the latter two the
position is not measured, but calculated from the commands.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from ipcamd.device.drivers import Lens
from ipcamd.device.linux.supervised_driver import CHECK_S
from ipcamd.device.linux.v4l2.axis_control import AxisControl
from ipcamd.device.linux.v4l2.controls import ControlId, ControlRange, V4l2Controls
from ipcamd.device.linux.v4l2.motor_driver import V4l2MotorDriver
from ipcamd.device.linux.v4l2.step_writer import PAN_TILT_STEP_INTERVAL_S
from ipcamd.device.motor_speeds import ZOOM_SPEED, make_pan_or_tilt, make_zoom, speed_of
from ipcamd.device.position import LensPosition, PtzPosition
from ipcamd.errors import RequestFailed

POSITION_SETTLE_S = 10.0
"""Seconds after a move until a head has stopped and its position may be read."""


class V4l2PanTilt(V4l2MotorDriver):
    """Head of one device."""

    is_digital = False

    def __init__(
        self,
        controls: V4l2Controls,
        inverted: bool = False,
        lens: Lens | None = None,
        check_s: float = CHECK_S,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """See `V4l2MotorDriver`. An `inverted` head hangs from the ceiling. A `lens` has the zoom."""
        super().__init__(controls, PAN_TILT_STEP_INTERVAL_S, check_s, now_s)
        self._lens = lens
        sign = -1 if inverted else 1
        pan, tilt, zoom = make_pan_or_tilt(now_s), make_pan_or_tilt(now_s), make_zoom(now_s)
        c = ControlId
        self._pan = AxisControl(pan, c.PAN_ABSOLUTE, c.PAN_RELATIVE, c.PAN_SPEED, speed_of(3), sign)
        self._tilt = AxisControl(tilt, c.TILT_ABSOLUTE, c.TILT_RELATIVE, c.TILT_SPEED, speed_of(3), sign)
        self._zoom = AxisControl(zoom, c.ZOOM_ABSOLUTE, None, c.ZOOM_CONTINUOUS, ZOOM_SPEED)
        self._axes = (self._pan, self._tilt) if lens else (self._pan, self._tilt, self._zoom)
        self._resets: tuple[ControlId, ...] = ()
        self.is_present = True
        """See `PanTilt`. False if the device has no controls of a head."""

    @property
    def position(self) -> PtzPosition:
        """See `PanTilt`."""
        zoom = self._lens.position_at(self._now_s()).zoom if self._lens else self._zoom.path.position
        return PtzPosition(self._pan.path.position, self._tilt.path.position, zoom)

    @property
    def target(self) -> PtzPosition:
        """See `PanTilt`."""
        zoom = self._lens.target.zoom if self._lens else self._zoom.path.target
        return PtzPosition(self._pan.path.target, self._tilt.path.target, zoom)

    @property
    def rest_in_s(self) -> float:
        """See `PanTilt`."""
        return max(self._steps.rest_in_s, *(axis.path.rest_in_s for axis in self._axes))

    def restore(self, position: PtzPosition) -> None:
        """See `PanTilt`."""
        for axis, place in zip(self._axes, position, strict=False):
            if not axis.is_measured:
                axis.place(place)

    async def move_to(self, target: PtzPosition, pan_speed: int, tilt_speed: int) -> None:
        """See `PanTilt`."""
        await self.check()
        if self._now_s() - self._steps.ended_s > POSITION_SETTLE_S and not self._steps.is_writing:
            await self._read_position()
        self._pan.move_to(target.pan, speed_of(pan_speed))
        self._tilt.move_to(target.tilt, speed_of(tilt_speed))
        if self._lens:
            if target.zoom != self._lens.target.zoom:
                await self._lens.move_to(LensPosition(target.zoom, self._lens.target.focus))
        else:
            self._zoom.move_to(target.zoom, ZOOM_SPEED)
        self._steps.follow()

    async def stop(self) -> None:
        """See `PanTilt`."""
        for axis in self._axes:
            axis.path.stop()
        if self._lens:
            await self._lens.stop()
        self._steps.follow()

    async def calibrate(self) -> None:
        """See `PanTilt`. The position of a head that cannot reset itself is read again."""
        await self.check()
        if self._resets:
            await self._controls.set(dict.fromkeys(self._resets, 1))
            for axis in (self._pan, self._tilt):
                axis.place(0.0)
        else:
            await self._read_position()

    async def close(self) -> None:
        """See `Unit`. A head with speed controls is stopped."""
        if await self._steps.cut():
            self._freeze()
            with suppress(RequestFailed):
                await self._write_positions()
        await super().close()

    async def _connect(self, ranges: Mapping[int, ControlRange]) -> None:
        for axis in self._axes:
            axis.take_controls(ranges)
        self.is_present = any(axis.control for axis in self._axes)
        if not self.is_present:
            raise RequestFailed(f"{self._controls.path}: it has no control for pan, tilt or zoom")
        self._resets = tuple(c for c in (ControlId.PAN_RESET, ControlId.TILT_RESET) if c in ranges)
        await self._read_position()

    async def _refresh(self) -> None:
        """Check that the device is present; the position of a moving head is not read."""
        await self._read_controls()

    async def _read_controls(self) -> Mapping[int, int]:
        """Return the positions of the axes that report them."""
        asked = tuple(axis.control.id for axis in self._axes if axis.control and axis.is_measured)
        if not asked:
            await self._controls.ranges()  # which fails if the device is gone
            return {}
        return dict(zip(asked, await self._controls.get(*asked), strict=True))

    async def _read_position(self) -> None:
        """Read the positions of the axes from the device, as far as it reports them."""
        values = await self._read_controls()
        for axis in self._axes:
            if axis.control and axis.control.id in values:
                axis.find(values[axis.control.id])

    async def _write_positions(self) -> None:
        """Write the present values of the axes."""
        steps = {axis: wanted for axis in self._axes if (wanted := axis.wanted()) is not None}
        if steps:
            await self._controls.set({axis.control.id: value for axis, value in steps.items() if axis.control})
        for axis, value in steps.items():
            axis.note_written(value)

    @property
    def _is_moving(self) -> bool:
        return any(axis.path.rest_in_s for axis in self._axes)

    def _freeze(self) -> None:
        for axis in self._axes:
            axis.place(axis.path.position)
