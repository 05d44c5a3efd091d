"""Virtual pan-tilt head with zoom: its position is a function of time; the picture is cropped to it."""

import time
from collections.abc import Callable

from ipcamd.device.motor_speeds import ZOOM_SPEED, make_pan_or_tilt, make_zoom, speed_of
from ipcamd.device.position import PtzPosition
from ipcamd.device.trajectory import MovingAxis
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.errors import RequestFailed


class VirtualPanTilt:
    """Pan-tilt head of the virtual device. Positions may be read from any thread."""

    is_present = is_connected = is_digital = True

    def __init__(
        self,
        hardware: VirtualHardware,
        now_s: Callable[[], float] = time.monotonic,
        zoom: MovingAxis | None = None,
        zoomed: Callable[[], None] = lambda: None,
    ) -> None:
        """`now_s` is a monotonic clock, in seconds; it is called in all threads. `zoom` is shared with the lens;
        `zoomed` is called after a zoom of this head."""
        self._hardware, self._now_s = hardware, now_s
        self._pan = make_pan_or_tilt(now_s)
        self._tilt = make_pan_or_tilt(now_s)
        self._zoom, self._zoomed = zoom or make_zoom(now_s), zoomed
        self._axes = (self._pan, self._tilt, self._zoom)
        self._blocked = False
        hardware.watch("ptz", self._set_jammed)
        hardware.measure("pan", lambda: str(round(self.position.pan)))
        hardware.measure("tilt", lambda: str(round(self.position.tilt)))
        hardware.measure("zoom", lambda: f"{self.position.zoom:.2f}")

    @property
    def position(self) -> PtzPosition:
        """See `PanTilt`."""
        now_s = self._now_s()
        return PtzPosition(self._pan.position_at(now_s), self._tilt.position_at(now_s), self._zoom.position_at(now_s))

    @property
    def target(self) -> PtzPosition:
        """See `PanTilt`."""
        return PtzPosition(*(axis.target for axis in self._axes))

    @property
    def rest_in_s(self) -> float:
        """See `PanTilt`."""
        return max(axis.rest_in_s for axis in self._axes)

    def restore(self, position: PtzPosition) -> None:
        """See `PanTilt`."""
        for axis, value in zip(self._axes, position, strict=True):
            axis.place(value)

    async def move_to(self, target: PtzPosition, pan_speed: int, tilt_speed: int) -> None:
        """See `PanTilt`."""
        if not self._can_move():
            return
        self._pan.move_to(target.pan, speed_of(pan_speed))
        self._tilt.move_to(target.tilt, speed_of(tilt_speed))
        self._zoom.move_to(target.zoom, ZOOM_SPEED)
        self._zoomed()

    async def stop(self) -> None:
        """See `PanTilt`."""
        for axis in self._axes:
            axis.stop()
        self._zoomed()

    async def calibrate(self) -> None:
        """See `PanTilt`."""
        self._hardware.apply({"ptz": "free"})

    def _can_move(self) -> bool:
        """Whether the motor is free. The first action of a jammed motor seems to succeed, later ones are refused."""
        if self._blocked:
            raise RequestFailed("the motor is blocked")
        self._blocked = self._hardware["ptz"] == "jam"
        return not self._blocked

    def _set_jammed(self, value: str) -> None:
        if value == "jam":
            self.restore(self.position)
        else:
            self._blocked = False
