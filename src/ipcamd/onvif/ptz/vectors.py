"""Vectors of PTZ requests: conversion of positions, translations and velocities from their spaces to head positions."""

from ipcamd.dataclass import dataclass
from ipcamd.device.position import PAN_LIMIT, ZOOM_LIMIT, PtzPosition
from ipcamd.onvif.ptz import spaces
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import Fault, invalid_argument
from ipcamd.onvif.soap.values import real

FASTEST = 3
"""Highest speed of the head (SDK 10.32)."""


@dataclass(frozen=True, slots=True)
class Vector:
    """Vector of a request; missing parts are None."""

    pan_tilt: tuple[float, float] | None
    """In units of the space `pan_tilt_space`."""
    pan_tilt_space: str
    """"": the default space."""
    zoom: float | None
    """In units of the space `zoom_space`."""
    zoom_space: str


def read_vector(element: Element) -> Vector:
    """Return the vector. Raises ``Fault``."""
    pan_tilt, zoom = element.find("PanTilt"), element.find("Zoom")
    return Vector(
        (_number(pan_tilt, "x"), _number(pan_tilt, "y")) if pan_tilt else None,
        pan_tilt.attributes.get("space", "") if pan_tilt else "",
        _number(zoom, "x") if zoom else None,
        zoom.attributes.get("space", "") if zoom else "",
    )


def absolute_target(vector: Vector, here: PtzPosition) -> PtzPosition:
    """Return the position of a vector; missing parts keep the present position. Raises ``Fault``."""
    pan, tilt, zoom = here
    if vector.pan_tilt is not None:
        across, up = _scale(vector, {"": (1, 1), spaces.POSITION: (1, 1), spaces.POSITION_DEGREES: _DEGREES})
        _check_unit("InvalidPosition", across, up)
        pan, tilt = across * PAN_LIMIT, up * PAN_LIMIT
    if vector.zoom is not None:
        _check_space(vector.zoom_space, spaces.ZOOM_POSITION)
        if not 0 <= vector.zoom <= 1:
            raise _out_of_range("InvalidPosition")
        zoom = from_zoom(vector.zoom)
    return PtzPosition(pan, tilt, zoom)


def relative_target(vector: Vector, here: PtzPosition, is_digital: bool) -> PtzPosition:
    """Return the position after a translation, within the limits. Raises ``Fault``."""
    target = PtzPosition(here.pan, here.tilt, here.zoom)
    if vector.zoom is not None:
        _check_space(vector.zoom_space, spaces.ZOOM_TRANSLATION)
        _check_unit("InvalidTranslation", vector.zoom)
        target = PtzPosition(here.pan, here.tilt, here.zoom + vector.zoom * (ZOOM_LIMIT - 1)).limited()
    if vector.pan_tilt is None:
        return target
    if vector.pan_tilt_space in ("", spaces.TRANSLATION_FOV):
        _check_unit("InvalidTranslation", *vector.pan_tilt)
        return _moved_by_view(vector.pan_tilt, here, target.zoom, is_digital)
    generic = {spaces.TRANSLATION: (1.0, 1.0), spaces.TRANSLATION_DEGREES: (_DEGREES[0] * 2, _DEGREES[1] * 2)}
    across, up = _scale(vector, generic)
    _check_unit("InvalidTranslation", across, up)
    return PtzPosition(here.pan + across * 2 * PAN_LIMIT, here.tilt + up * 2 * PAN_LIMIT, target.zoom).limited()


def velocity_signs(vector: Vector) -> tuple[tuple[int, int, int], int, int]:
    """Return the direction of each axis, and the speeds of pan and tilt, 1 to 3. Raises ``Fault``."""
    pan, tilt = vector.pan_tilt or (0.0, 0.0)
    _check_space(vector.pan_tilt_space, spaces.VELOCITY)
    _check_space(vector.zoom_space, spaces.ZOOM_VELOCITY)
    zoom = vector.zoom or 0.0
    _check_unit("InvalidVelocity", pan, tilt, zoom)
    return (_sign(pan), _sign(tilt), _sign(zoom)), speed_of(pan), speed_of(tilt)


def speed_of(share: float) -> int:
    """Return the head's speed, 1 to 3, for a fraction of the full speed."""
    return max(1, min(FASTEST, round(abs(share) * FASTEST + 0.49)))


def to_zoom(zoom: float) -> float:
    """Return ONVIF's zoom, 0 to 1, for a zoom of 1 to 4."""
    return (zoom - 1) / (ZOOM_LIMIT - 1)


def from_zoom(share: float) -> float:
    """Return the zoom, 1 to 4, for ONVIF's 0 to 1."""
    return 1 + share * (ZOOM_LIMIT - 1)


_DEGREES = (spaces.PAN_DEGREES, spaces.TILT_DEGREES)


def _moved_by_view(halves: tuple[float, float], here: PtzPosition, zoom: float, is_digital: bool) -> PtzPosition:
    """Return the position after a move by so many halves of the view."""
    if is_digital and here.zoom > 1:
        return here.centered(50 + 50 * halves[0], 50 - 50 * halves[1], zoom)
    width, height = (degrees / 2 / here.zoom for degrees in spaces.VIEW_DEGREES)
    pan = here.pan + halves[0] * width / spaces.PAN_DEGREES * PAN_LIMIT
    tilt = here.tilt + halves[1] * height / spaces.TILT_DEGREES * PAN_LIMIT
    return PtzPosition(pan, tilt, zoom).limited()


def _scale(vector: Vector, units: dict[str, tuple[float, float]]) -> tuple[float, float]:
    """Return pan and tilt in generic units; `units` has the size of one of them in each space. Raises ``Fault``."""
    _check_space(vector.pan_tilt_space, *units)
    across, up = vector.pan_tilt or (0.0, 0.0)
    width, height = units[vector.pan_tilt_space]
    return across / width, up / height


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _check_space(space: str, *allowed: str) -> None:
    if space not in ("", *allowed):
        raise invalid_argument(f"space: allowed are {', '.join(filter(None, allowed))}", "SpaceNotSupported")


def _check_unit(code: str, *values: float) -> None:
    if any(abs(value) > 1 + 1e-6 for value in values):
        raise _out_of_range(code)


def _out_of_range(code: str) -> Fault:
    return invalid_argument("a value is beyond the range of its space", code)


def _number(element: Element, name: str) -> float:
    try:
        return real(element.attributes.get(name, ""))
    except ValueError as error:
        raise invalid_argument(f"{element.name} {name}: {error}") from None
