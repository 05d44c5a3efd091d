"""Coordinate spaces of PTZ (ONVIF PTZ, 5.7): the camera's positions in generic units, degrees, and field of view."""

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

PAN_DEGREES, TILT_DEGREES = 170.0, 45.0
"""Degrees from the centre to each limit."""
VIEW_DEGREES = (60.0, 35.0)
"""Width and height of the view at zoom 1."""

ONE = (-1.0, 1.0)
"""Range of a generic coordinate, which covers the whole range of the hardware."""


def space_2d(name: str, uri: str, across: tuple[float, float], up: tuple[float, float]) -> Node:
    """Return ``tt:Space2DDescription`` as an element of this name."""
    return node(name, node("tt:URI", uri), _range("tt:XRange", across), _range("tt:YRange", up))


def space_1d(name: str, uri: str, limits: tuple[float, float]) -> Node:
    """Return ``tt:Space1DDescription`` as an element of this name."""
    return node(name, node("tt:URI", uri), _range("tt:XRange", limits))


def _range(name: str, limits: tuple[float, float]) -> Node:
    return node(name, node("tt:Min", limits[0]), node("tt:Max", limits[1]))
