"""Speeds of pan, tilt and zoom: the time of a move from one limit to the other, and axes that move so."""

import time
from collections.abc import Callable

from ipcamd.device.position import PAN_LIMIT, ZOOM_LIMIT
from ipcamd.device.trajectory import MovingAxis, cruise_speed

FULL_RANGE_S = {1: 24.0, 2: 12.0, 3: 8.0}
"""Speed to the seconds of a move from one limit of pan or tilt to the other (clarifications, PTZ on a virtual device).
"""
ZOOM_RANGE_S = 3.0
"""The same for zoom, which has one speed."""
ACCELERATION = 256.0
"""Acceleration of pan and tilt: units per second squared; the full range has 200 units. Reaching speed 3 takes a tenth
of a second."""
ZOOM_ACCELERATION = 10.0
"""Units of zoom per second squared; the full range has 3 units."""
ZOOM_SPEED = cruise_speed(ZOOM_LIMIT - 1, ZOOM_RANGE_S, ZOOM_ACCELERATION)
"""Units of zoom per second."""


def speed_of(level: int) -> float:
    """Return the velocity of pan and tilt at speed 1 to 3, in units per second."""
    return cruise_speed(2 * PAN_LIMIT, FULL_RANGE_S[level], ACCELERATION)


def make_pan_or_tilt(now_s: Callable[[], float] = time.monotonic) -> MovingAxis:
    """Return an axis for pan or tilt, in the middle; `now_s` is a monotonic clock, in seconds."""
    return MovingAxis((-PAN_LIMIT, PAN_LIMIT), ACCELERATION, 0.0, now_s)


def make_zoom(now_s: Callable[[], float] = time.monotonic) -> MovingAxis:
    """Return an axis for zoom, at its wide end; `now_s` is a monotonic clock, in seconds."""
    return MovingAxis((1.0, ZOOM_LIMIT), ZOOM_ACCELERATION, 1.0, now_s)
