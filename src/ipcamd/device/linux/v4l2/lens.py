"""Motor lens on the focus and zoom controls of a V4L2 device.

Such a device accepts a target position, but does not report the present one: the lens writes each move in small steps,
so that its position is always known.
"""

import time
from collections.abc import Callable, Mapping

from ipcamd.device.linux.supervised_driver import CHECK_S
from ipcamd.device.linux.v4l2.controls import ControlId, ControlRange, V4l2Controls
from ipcamd.device.linux.v4l2.motor_driver import V4l2MotorDriver
from ipcamd.device.linux.v4l2.step_writer import LENS_STEP_INTERVAL_S
from ipcamd.device.motor_speeds import ZOOM_SPEED, make_zoom
from ipcamd.device.position import FOCUS_LIMIT, LensPosition
from ipcamd.device.trajectory import MovingAxis, cruise_speed
from ipcamd.errors import RequestFailed

FOCUS_RANGE_S = 1.5
"""Seconds of a focus move from one limit to the other."""
FOCUS_ACCELERATION = 500.0
"""Units of focus per second squared; the range is 100 units."""
FOCUS_SPEED = cruise_speed(FOCUS_LIMIT, FOCUS_RANGE_S, FOCUS_ACCELERATION)
"""Units per second of a full-range move at full speed."""


class V4l2Lens(V4l2MotorDriver):
    """Motor lens of one device."""

    is_present, is_digital, blur = True, False, 0.0

    def __init__(
        self, controls: V4l2Controls, check_s: float = CHECK_S, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        """See `V4l2MotorDriver`."""
        super().__init__(controls, LENS_STEP_INTERVAL_S, check_s, now_s)
        self._zoom = _Motor(ControlId.ZOOM_ABSOLUTE, make_zoom(now_s))
        self._focus = _Motor(ControlId.FOCUS_ABSOLUTE, MovingAxis((0.0, FOCUS_LIMIT), FOCUS_ACCELERATION, 0.0, now_s))
        self._motors = (self._zoom, self._focus)
        self._is_placed = False
        """Whether the lens has set a position, which a reconnected device must restore."""

    def position_at(self, moment_s: float) -> LensPosition:
        """See `Lens`."""
        return LensPosition(self._zoom.axis.position_at(moment_s), self._focus.axis.position_at(moment_s))

    @property
    def target(self) -> LensPosition:
        """See `Lens`."""
        return LensPosition(self._zoom.axis.target, self._focus.axis.target)

    @property
    def rest_in_s(self) -> float:
        """See `Lens`."""
        return max(self._zoom.axis.rest_in_s, self._focus.axis.rest_in_s, self._steps.rest_in_s)

    def restore(self, position: LensPosition) -> None:
        """See `Lens`."""
        self._zoom.axis.place(position.zoom)
        self._focus.axis.place(position.focus)
        self._is_placed = True
        self._wake()

    async def move_to(self, target: LensPosition, pace: float = 1.0) -> None:
        """See `Lens`."""
        await self.check()
        for motor, place in ((self._zoom, target.zoom), (self._focus, target.focus)):
            if not motor.range and place != motor.axis.target:
                raise RequestFailed(f"{self._controls.path}: it has no {motor.control.name.lower()}")
        self._zoom.axis.move_to(target.zoom, ZOOM_SPEED)
        self._focus.axis.move_to(target.focus, FOCUS_SPEED * pace)
        self._steps.follow()

    async def stop(self) -> None:
        """See `Lens`."""
        self._zoom.axis.stop()
        self._focus.axis.stop()
        self._steps.follow()

    async def _connect(self, ranges: Mapping[int, ControlRange]) -> None:
        for motor in self._motors:
            motor.take_range(ranges.get(motor.control))
        if not any(motor.range for motor in self._motors):
            raise RequestFailed(f"{self._controls.path}: it has neither focus_absolute nor zoom_absolute")
        if ControlId.FOCUS_AUTO in ranges:
            await self._controls.set({int(ControlId.FOCUS_AUTO): 0})

    async def _refresh(self) -> None:
        """Check whether another program has moved it, and restore its own position."""
        was_placed = self._is_placed
        await self._read_position()
        if was_placed:
            await self._write_positions()

    async def _read_position(self) -> None:
        """Read the positions of the motors."""
        readable = [motor for motor in self._motors if motor.range and motor.range.is_readable]
        values = await self._controls.get(*(motor.control for motor in readable))
        for motor, value in zip(readable, values, strict=True):
            if not self._is_placed or motor.written is not None:
                motor.find(value)
        self._is_placed = True

    async def _write_positions(self) -> None:
        """Write the present positions of the motors."""
        values: dict[int, int] = {motor.control: motor.wanted for motor in self._motors if motor.range}
        known: dict[int, int | None] = {motor.control: motor.written for motor in self._motors}
        if changed := {control: value for control, value in values.items() if known[control] != value}:
            await self._controls.set(changed)
        for motor in self._motors:
            motor.written = values.get(motor.control)

    @property
    def _is_moving(self) -> bool:
        return any(motor.axis.rest_in_s for motor in self._motors)

    def _freeze(self) -> None:
        for motor in self._motors:
            motor.freeze()


class _Motor:
    """One motor: its control, and its axis."""

    def __init__(self, control: ControlId, axis: MovingAxis) -> None:
        self.control, self.axis = control, axis
        self.range: ControlRange | None = None
        """None: the device has no such control."""
        self.written: int | None = None
        """Value of the control; None while unknown."""

    @property
    def wanted(self) -> int:
        """Value of the control at the axis's present position."""
        assert self.range
        return self.range.value_at(self.axis.share)

    def take_range(self, found: ControlRange | None) -> None:
        """Store the control of the opened device."""
        self.range = found if found and found.can_move else None
        self.written = None

    def find(self, value: int) -> None:
        """Use the device's position, unless it equals the written one: the device has coarser steps than the axis."""
        assert self.range
        if value != self.written:
            self._place(value)
        self.written = value

    def freeze(self) -> None:
        """Stop at the last written value."""
        if self.range and self.written is not None:
            self._place(self.written)
        else:
            self.axis.place(self.axis.position)

    def _place(self, value: int) -> None:
        assert self.range
        self.axis.place_share(self.range.share_of(value))
