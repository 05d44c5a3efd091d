"""Axis of a pan-tilt head on one V4L2 control: of position, steps, or speed."""

from collections.abc import Mapping
from math import copysign

from ipcamd.device.linux.v4l2.controls import ControlId, ControlRange
from ipcamd.device.trajectory import MovingAxis


class AxisControl:
    """One axis: its path, and the control that moves it."""

    def __init__(
        self,
        path: MovingAxis,
        absolute: ControlId,
        relative: ControlId | None,
        speed: ControlId,
        top_speed: float,
        sign: int = 1,
    ) -> None:
        """The first of the three controls that the device has moves the axis. `top_speed` is the velocity, in units of
        the path, at the control's highest speed; with `sign` -1 the control counts in the other direction."""
        self.path = path
        self.control: ControlRange | None = None
        """None: the device cannot move this axis."""
        self._absolute, self._relative, self._speed = absolute, relative, speed
        self._top_speed, self._sign = top_speed, sign
        self._written: int | None = None
        """Value of the control, or for steps the sum of those made; None while unknown."""

    @property
    def is_measured(self) -> bool:
        """Whether the control reports the position."""
        return self.control is not None and self.control.id == self._absolute and self.control.is_readable

    def take_controls(self, ranges: Mapping[int, ControlRange]) -> None:
        """Use the control of a device with these controls."""
        candidates = (ranges.get(c) for c in (self._absolute, self._relative, self._speed) if c is not None)
        self.control = next((c for c in candidates if c and c.can_move), None)
        self._written = None
        if self.control and self.control.id == self._relative:
            self._written = self._to_steps(self.path.position)

    def move_to(self, place: float, speed: float) -> None:
        """Start a path to a position; an axis without a control does not move."""
        if self.control:
            self.path.move_to(place, speed)

    def place(self, place: float) -> None:
        """Set the position, at rest; the control must be written again."""
        self.path.place(place)
        if self.control and self.control.id == self._relative:
            self._written = self._to_steps(place)

    def find(self, value: int) -> None:
        """Use the position in the control."""
        if value != self._written:
            assert self.control
            share = self.control.share_of(value)
            self.path.place_share(share if self._sign > 0 else 1 - share)
            self._written = value

    def wanted(self) -> int | None:
        """Return the value to write to the control now; None without one."""
        if not self.control:
            return None
        if self.control.id == self._relative:
            steps = self._to_steps(self.path.position) - (self._written or 0)
            return min(max(steps, self.control.minimum), self.control.maximum) or None
        value = self._to_value() if self.control.id == self._absolute else self._to_speed()
        return None if value == self._written else value

    def note_written(self, value: int) -> None:
        """Record a written value."""
        is_step = self.control is not None and self.control.id == self._relative
        self._written = (self._written or 0) + value if is_step else value

    def _to_value(self) -> int:
        assert self.control
        return self.control.value_at(self.path.share if self._sign > 0 else 1 - self.path.share)

    def _to_steps(self, place: float) -> int:
        """Return a position in units of the control, whose maximum is the distance from the middle to a limit."""
        assert self.control
        share = self._sign * place / self.path.limits[1]
        return round(share * self.control.maximum / self.control.step) * self.control.step

    def _to_speed(self) -> int:
        assert self.control
        velocity = self._sign * self.path.velocity
        if not velocity:
            return 0
        most = min(self.control.maximum, -self.control.minimum)
        return int(copysign(max(1, min(most, round(abs(velocity) / self._top_speed * most))), velocity))
