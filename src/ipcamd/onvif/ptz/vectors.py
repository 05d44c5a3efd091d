"""Vectors of PTZ requests: positions, translations and velocities, each in a coordinate space."""

from ipcamd.dataclass import dataclass
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import invalid_argument
from ipcamd.onvif.soap.values import real


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


def _number(element: Element, name: str) -> float:
    try:
        return real(element.attributes.get(name, ""))
    except ValueError as error:
        raise invalid_argument(f"{element.name} {name}: {error}") from None
