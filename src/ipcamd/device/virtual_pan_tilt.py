"""Virtual pan-tilt head with zoom: its position is a function of the time; the picture is cropped to it."""

import time
from collections.abc import Callable

from ipcamd.device.position import PtzPosition
from ipcamd.device.trajectory import Trajectory, cruise_speed, move, rest_at, stop
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.errors import RequestFailed

FULL_RANGE_S = {1: 24.0, 2: 12.0, 3: 8.0}
"""Speed to the time of a move from one limit of pan or tilt to the other (clarifications, PTZ on a virtual device)."""
ZOOM_RANGE_S = 3.0
"""The same for zoom, which has one speed."""
ACCELERATION = 256.0
"""Of pan and tilt: units per second squared, 200 units being the full range. Full speed 3 takes a tenth of a second."""
ZOOM_ACCELERATION = 10.0


class VirtualPanTilt:
    """Pan-tilt head of the virtual device. Positions may be read from any thread."""

    is_present = is_digital = True

    def __init__(self, hardware: VirtualHardware, now_s: Callable[[], float] = time.monotonic) -> None:
        """`now_s` is a monotonic clock, in seconds; it is called in all threads."""
        self._hardware = hardware
        self._now_s = now_s
        self._axes = _rest(PtzPosition())
        self._blocked = False
        hardware.watch("ptz", self._set_jammed)
        hardware.measure("pan", lambda: str(round(self.position.pan)))
        hardware.measure("tilt", lambda: str(round(self.position.tilt)))
        hardware.measure("zoom", lambda: f"{self.position.zoom:.2f}")

    @property
    def position(self) -> PtzPosition:
        """See `PanTilt`."""
        axes, now_s = self._axes, self._now_s()
        return PtzPosition(*(axis.at(now_s)[0] for axis in axes)).limited()

    @property
    def target(self) -> PtzPosition:
        """See `PanTilt`."""
        return PtzPosition(*(axis.target for axis in self._axes)).limited()

    @property
    def rest_in_s(self) -> float:
        """See `PanTilt`."""
        return max(0.0, max(axis.end_s for axis in self._axes) - self._now_s())

    def restore(self, position: PtzPosition) -> None:
        """See `PanTilt`."""
        self._axes = _rest(position)

    async def move_to(self, target: PtzPosition, pan_speed: int, tilt_speed: int) -> None:
        """See `PanTilt`."""
        if not self._can_move():
            return
        now_s, limited = self._now_s(), target.limited()
        speeds = (_speed(pan_speed), _speed(tilt_speed), cruise_speed(3.0, ZOOM_RANGE_S, ZOOM_ACCELERATION))
        self._axes = tuple(
            move(axis.at(now_s), to, speed, acceleration, now_s)
            for axis, to, speed, acceleration in zip(self._axes, limited, speeds, _ACCELERATIONS, strict=True)
        )

    async def stop(self) -> None:
        """See `PanTilt`."""
        now_s = self._now_s()
        self._axes = tuple(stop(axis.at(now_s), a, now_s) for axis, a in zip(self._axes, _ACCELERATIONS, strict=True))

    async def calibrate(self) -> None:
        """See `PanTilt`."""
        self._hardware.apply({"ptz": "free"})

    def _can_move(self) -> bool:
        """Whether the motor is free. The first action of a jammed motor seems to work, the next ones are refused."""
        if self._blocked:
            raise RequestFailed("the motor is blocked")
        self._blocked = self._hardware["ptz"] == "jam"
        return not self._blocked

    def _set_jammed(self, value: str) -> None:
        if value == "jam":
            self._axes = _rest(self.position)
        else:
            self._blocked = False


_ACCELERATIONS = (ACCELERATION, ACCELERATION, ZOOM_ACCELERATION)


def _speed(level: int) -> float:
    return cruise_speed(200.0, FULL_RANGE_S[level], ACCELERATION)


def _rest(position: PtzPosition) -> tuple[Trajectory, ...]:
    return tuple(rest_at(value) for value in position)
