"""Virtual motor lens: focus is a function of time; the picture is blurred away from the best focus."""

import time
from collections.abc import Callable

from ipcamd.device.motor_speeds import ZOOM_SPEED
from ipcamd.device.position import FOCUS_LIMIT, LensPosition
from ipcamd.device.trajectory import MovingAxis, cruise_speed
from ipcamd.device.virtual.zoom_tracking import best_focus, track_zoom
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.errors import RequestFailed

FOCUS_RANGE_S = 0.7
"""Seconds of a move from one limit of focus to the other."""
FOCUS_ACCELERATION = 2000.0
"""Units per second squared; the full range has 100 units."""
FOCUS_SPEED = cruise_speed(FOCUS_LIMIT, FOCUS_RANGE_S, FOCUS_ACCELERATION)
"""Units per second."""
DEPTH = 1.5
"""Depth of field: difference to the best focus, in units, within which the picture is sharp."""
BLUR = 0.9
"""Blur per unit beyond that, see ``View``."""
JAM_S = 5.0
"""Seconds after which a jammed motor gives up (clarifications, A motor that jams)."""


class VirtualLens:
    """Motor lens of the virtual device. Positions may be read from any thread."""

    is_present = is_connected = is_digital = True

    def __init__(
        self, hardware: VirtualHardware, zoom: MovingAxis, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        """`zoom` is shared with the pan-tilt head; `now_s` is a monotonic clock, in seconds."""
        self._hardware, self._now_s = hardware, now_s
        self._zoom = zoom
        self._focus = MovingAxis((0.0, FOCUS_LIMIT), FOCUS_ACCELERATION, best_focus(zoom.position), now_s)
        self._blocked_since_s: float | None = None
        """Start time of the action that the jammed motor did not perform."""
        hardware.watch("lens", self._set_jammed)
        hardware.measure("focus", lambda: str(round(self._focus.position)))
        hardware.measure("zoom", lambda: f"{self._zoom.position:.2f}")

    @property
    def blur(self) -> float:
        """See `Lens`."""
        now_s = self._now_s()
        distance = abs(self._focus.position_at(now_s) - best_focus(self._zoom.position_at(now_s)))
        return round((distance - DEPTH) * BLUR, 2) if distance > DEPTH else 0.0

    def position_at(self, moment_s: float) -> LensPosition:
        """See `Lens`."""
        return LensPosition(self._zoom.position_at(moment_s), self._focus.position_at(moment_s))

    @property
    def target(self) -> LensPosition:
        """See `Lens`."""
        return LensPosition(self._zoom.target, self._focus.target)

    @property
    def rest_in_s(self) -> float:
        """See `Lens`."""
        given_up_s = 0.0 if self._blocked_since_s is None else self._blocked_since_s + JAM_S
        return max(self._zoom.rest_in_s, self._focus.rest_in_s, given_up_s - self._now_s())

    def restore(self, position: LensPosition) -> None:
        """See `Lens`."""
        self._zoom.place(position.zoom)
        self._focus.place(position.focus)

    async def move_to(self, target: LensPosition, pace: float = 1.0) -> None:
        """See `Lens`."""
        if self._blocked_since_s is not None:
            raise RequestFailed("the motor is blocked")
        if self._hardware["lens"] == "jam":
            self._blocked_since_s = self._now_s()
            return
        self._zoom.move_to(target.zoom, ZOOM_SPEED)
        self._focus.move_to(target.focus, FOCUS_SPEED * pace)

    async def stop(self) -> None:
        """See `Lens`."""
        self._zoom.stop()
        self._focus.stop()

    def follow_zoom(self) -> None:
        """Keep the picture in focus while the pan-tilt head zooms."""
        if self._hardware["lens"] != "jam":
            track_zoom(self._zoom, self._focus, FOCUS_SPEED)

    def _set_jammed(self, value: str) -> None:
        """Stop at the present position: the jam also affects the present move."""
        if value == "free":
            self._blocked_since_s = None
            return
        if self.rest_in_s and self._blocked_since_s is None:
            self._blocked_since_s = self._now_s()
        self.restore(LensPosition(self._zoom.position, self._focus.position))
