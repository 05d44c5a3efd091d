"""Coordinate spaces of PTZ (ONVIF PTZ, 5.7): generic units, degrees and field of view; conversion to head positions."""

from dataclasses import replace

from ipcamd.device.position import PAN_LIMIT, ZOOM_LIMIT, PtzPosition
from ipcamd.onvif.media.nodes import range_node
from ipcamd.onvif.ptz.vectors import Vector
from ipcamd.onvif.soap.fault import Fault, invalid_argument
from ipcamd.onvif.soap.writer import Node, node

_ROOT = "http://www.onvif.org/ver10/tptz"
POSITION = f"{_ROOT}/PanTiltSpaces/PositionGenericSpace"
POSITION_DEGREES = f"{_ROOT}/PanTiltSpaces/SphericalPositionSpaceDegrees"
TRANSLATION = f"{_ROOT}/PanTiltSpaces/TranslationGenericSpace"
TRANSLATION_DEGREES = f"{_ROOT}/PanTiltSpaces/SphericalTranslationSpaceDegrees"
TRANSLATION_FOV = f"{_ROOT}/PanTiltSpaces/TranslationSpaceFov"
VELOCITY = f"{_ROOT}/PanTiltSpaces/VelocityGenericSpace"
SPEED = f"{_ROOT}/PanTiltSpaces/GenericSpeedSpace"
ZOOM_POSITION = f"{_ROOT}/ZoomSpaces/PositionGenericSpace"
ZOOM_TRANSLATION = f"{_ROOT}/ZoomSpaces/TranslationGenericSpace"
ZOOM_VELOCITY = f"{_ROOT}/ZoomSpaces/VelocityGenericSpace"
ZOOM_SPEED = f"{_ROOT}/ZoomSpaces/ZoomGenericSpeedSpace"
"""Coordinate spaces of pan and tilt, then of zoom (ONVIF PTZ Service Specification, 5.7)."""

PAN_DEGREES = 170.0
"""Degrees from the centre to each limit of pan."""
TILT_DEGREES = 45.0
"""Degrees from the centre to each limit of tilt."""
VIEW_DEGREES = (60.0, 35.0)
"""Width and height of the view at zoom 1."""

ONE = (-1.0, 1.0)
"""Range of a generic coordinate, which covers the whole range of the hardware."""

FASTEST = 3
"""Highest speed of the head (SDK 10.32)."""


def space_2d(name: str, uri: str, across: tuple[float, float], up: tuple[float, float]) -> Node:
    """Return ``tt:Space2DDescription`` as an element of this name."""
    return node(name, node("tt:URI", uri), range_node("tt:XRange", across), range_node("tt:YRange", up))


def space_1d(name: str, uri: str, limits: tuple[float, float]) -> Node:
    """Return ``tt:Space1DDescription`` as an element of this name."""
    return node(name, node("tt:URI", uri), range_node("tt:XRange", limits))


def absolute_target(vector: Vector, here: PtzPosition) -> PtzPosition:
    """Return the position of a vector; missing parts keep the present position. Raises ``Fault``."""
    pan, tilt, zoom = here
    if vector.pan_tilt is not None:
        across, up = _scale(vector, {"": (1, 1), POSITION: (1, 1), POSITION_DEGREES: (PAN_DEGREES, TILT_DEGREES)})
        _check_unit("InvalidPosition", across, up)
        pan, tilt = across * PAN_LIMIT, up * PAN_LIMIT
    if vector.zoom is not None:
        _check_space(vector.zoom_space, ZOOM_POSITION)
        if not 0 <= vector.zoom <= 1:
            raise _out_of_range("InvalidPosition")
        zoom = from_zoom(vector.zoom)
    return PtzPosition(pan, tilt, zoom)


def relative_target(vector: Vector, here: PtzPosition, is_digital: bool) -> PtzPosition:
    """Return the position after a translation, within the limits. Raises ``Fault``."""
    target = here
    if vector.zoom is not None:
        _check_space(vector.zoom_space, ZOOM_TRANSLATION)
        _check_unit("InvalidTranslation", vector.zoom)
        target = replace(here, zoom=here.zoom + vector.zoom * (ZOOM_LIMIT - 1)).limited()
    if vector.pan_tilt is None:
        return target
    if vector.pan_tilt_space in ("", TRANSLATION_FOV):
        _check_unit("InvalidTranslation", *vector.pan_tilt)
        return _moved_by_view(vector.pan_tilt, here, target.zoom, is_digital)
    generic = {TRANSLATION: (1.0, 1.0), TRANSLATION_DEGREES: (PAN_DEGREES * 2, TILT_DEGREES * 2)}
    across, up = _scale(vector, generic)
    _check_unit("InvalidTranslation", across, up)
    return PtzPosition(here.pan + across * 2 * PAN_LIMIT, here.tilt + up * 2 * PAN_LIMIT, target.zoom).limited()


def velocity_signs(vector: Vector) -> tuple[tuple[int, int, int], int, int]:
    """Return the direction of each axis, and the speeds of pan and tilt, 1 to 3. Raises ``Fault``."""
    pan, tilt = vector.pan_tilt or (0.0, 0.0)
    _check_space(vector.pan_tilt_space, VELOCITY)
    _check_space(vector.zoom_space, ZOOM_VELOCITY)
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


def _moved_by_view(halves: tuple[float, float], here: PtzPosition, zoom: float, is_digital: bool) -> PtzPosition:
    """Return the position after a move by so many halves of the view."""
    if is_digital and here.zoom > 1:
        return here.centered(50 + 50 * halves[0], 50 - 50 * halves[1], zoom)
    width, height = (degrees / 2 / here.zoom for degrees in VIEW_DEGREES)
    pan = here.pan + halves[0] * width / PAN_DEGREES * PAN_LIMIT
    tilt = here.tilt + halves[1] * height / TILT_DEGREES * PAN_LIMIT
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
