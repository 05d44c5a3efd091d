"""Privacy masks (ONVIF Media2, Mask): the rectangles of ``Privacy.Mask1`` to ``8``.

Polygons are in the whole picture as viewers see it, mirrored or not; the parameters are in the source's.
"""

from collections.abc import Iterator

from ipcamd.camera import Camera
from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.media import tokens
from ipcamd.onvif.media.profiles import Part, check_part
from ipcamd.onvif.operation import Field, Operation, OperationCall, optional
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import Fault, config_modify, invalid_argument, no_configuration, receiver_fault
from ipcamd.onvif.soap.values import boolean, one_of, real, token
from ipcamd.onvif.soap.writer import Content, Node, node
from ipcamd.params.device.privacy import BLACK, MASK_GROUPS, MOSAIC, has_area
from ipcamd.params.imagesource import SENSOR
from ipcamd.params.motion import HEIGHT, WIDTH

TOKENS = tuple(f"mask{number}" for number in range(1, len(MASK_GROUPS) + 1))
"""Token of each mask, in the order of `MASK_GROUPS`."""

_TYPES = {"Color": BLACK, "Pixelated": MOSAIC}
"""Types of ONVIF (``tr2:MaskType``) to those of the camera."""
_BLACK = {"X": 0, "Y": 0, "Z": 0, "Colorspace": "http://www.onvif.org/ver10/colorspace/RGB"}
_FACTORY = dict.fromkeys(("Enabled", "Left", "Top", "Right", "Bottom", "Type"))
_POINTS = 4


def get_masks(call: OperationCall) -> Content:
    """Return the masks that have an area, whether they are enabled or not. Raises ``Fault`` ``NoConfig``."""
    check_part(call.camera, Part.VIDEO_SOURCE, call["ConfigurationToken"])
    if call["Token"] is not None:
        return _mask_node(call.camera, _find(call.camera, call["Token"]))
    return [_mask_node(call.camera, number) for number in _placed(call.camera)]


def get_mask_options(call: OperationCall) -> Content:
    """Return the limits, the types and the colours of masks. Raises ``Fault`` ``NoConfig``."""
    check_part(call.camera, Part.VIDEO_SOURCE, call["ConfigurationToken"])
    return node(
        "tr2:Options",
        node("tr2:MaxMasks", len(TOKENS)),
        node("tr2:MaxPoints", _POINTS),
        [node("tr2:Types", kind) for kind in _TYPES],
        node("tr2:Color", node("tt:ColorList", **_BLACK)),
        RectangleOnly=True,
        SingleColorOnly=True,
    )


async def create_mask(call: OperationCall) -> Content:
    """Create a mask, and return its token. Raises ``Fault`` ``MaxMasks``, ``NoConfig``, ``InvalidPolygon``."""
    texts = _read(call.camera, call["Mask"])
    placed = list(_placed(call.camera))
    free = [number for number in range(len(TOKENS)) if number not in placed]
    if not free:
        raise receiver_fault("Action", "MaxMasks", reason=f"the camera has {len(TOKENS)} masks at most")
    await call.update_group(MASK_GROUPS[free[0]].name, texts)
    return node("tr2:Token", TOKENS[free[0]])


async def set_mask(call: OperationCall) -> None:
    """Change a mask. Raises ``Fault`` ``NoConfig`` and ``InvalidPolygon``."""
    wanted: Element = call["Mask"]
    number = _find(call.camera, wanted.attributes.get("token", ""))
    await call.update_group(MASK_GROUPS[number].name, _read(call.camera, wanted))


async def delete_mask(call: OperationCall) -> None:
    """Delete a mask. Raises ``Fault`` ``NoConfig``."""
    await call.update_group(MASK_GROUPS[_find(call.camera, call["Token"])].name, _FACTORY)


_READ, _WRITE = AccessClass.READ_MEDIA, AccessClass.WRITE_SYSTEM

OPERATIONS = (
    Operation("GetMasks", _READ, get_masks, (optional("Token", token), optional("ConfigurationToken", token))),
    Operation("GetMaskOptions", _READ, get_mask_options, (Field("ConfigurationToken", token),)),
    Operation("CreateMask", _WRITE, create_mask, (Field("Mask"),)),
    Operation("SetMask", _WRITE, set_mask, (Field("Mask"),)),
    Operation("DeleteMask", _WRITE, delete_mask, (Field("Token", token),)),
)
"""Operations of masks."""


def _placed(camera: Camera) -> Iterator[int]:
    """Yield the numbers of the masks that have an area, counted from 0."""
    return (number for number, group in enumerate(MASK_GROUPS) if has_area(camera.settings[group.name]))


def _find(camera: Camera, asked: str) -> int:
    for number in _placed(camera):
        if TOKENS[number] == asked:
            return number
    raise no_configuration(asked)


def _mask_node(camera: Camera, number: int) -> Node:
    values = camera.settings[MASK_GROUPS[number].name]
    left, top, right, bottom = (values.number(side) for side in ("Left", "Top", "Right", "Bottom"))
    horizontal, vertical = _directions(camera)
    x = [horizontal * (2 * side / WIDTH - 1) for side in (left, right)]
    y = [vertical * (1 - 2 * side / HEIGHT) for side in (top, bottom)]
    corners = ((x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1]))
    kind = next(name for name, ours in _TYPES.items() if ours == values["Type"])
    return node(
        "tr2:Masks",
        node("tr2:ConfigurationToken", tokens.VIDEO_SOURCE_CONFIGURATION),
        node("tr2:Polygon", [node("tt:Point", x=float(x), y=float(y)) for x, y in corners]),
        node("tr2:Type", kind),
        node("tr2:Color", **_BLACK) if kind == "Color" else None,
        node("tr2:Enabled", values.flag("Enabled")),
        token=TOKENS[number],
    )


def _directions(camera: Camera) -> tuple[int, int]:
    """Return the signs of both axes: -1 for an axis that is mirrored."""
    sensor = camera.settings[SENSOR.name]
    return -1 if sensor.flag("Mirror") else 1, -1 if sensor.flag("Flip") else 1


def _read(camera: Camera, wanted: Element) -> dict[str, str]:
    """Return the parameters of the mask that a request describes. Raises ``Fault``."""
    check_part(camera, Part.VIDEO_SOURCE, wanted.value(token, "ConfigurationToken"))
    kind = wanted.value(one_of(*_TYPES), "Type")
    _check_color(wanted.find("Color"))
    horizontal, vertical = _directions(camera)
    xs, ys = _sides(wanted.require("Polygon"))
    left, right = sorted(round((horizontal * x + 1) / 2 * WIDTH) for x in xs)
    top, bottom = sorted(round((1 - vertical * y) / 2 * HEIGHT) for y in ys)
    if left == right or top == bottom:
        raise _wrong_polygon("it covers nothing")
    texts = {"Left": str(left), "Top": str(top), "Right": str(right), "Bottom": str(bottom), "Type": _TYPES[kind]}
    return texts | {"Enabled": "yes" if wanted.value(boolean, "Enabled") else "no"}


def _sides(polygon: Element) -> tuple[list[float], list[float]]:
    """Return both positions of the vertical and of the horizontal sides of a rectangle. Raises ``Fault``."""
    points = [(each.attribute(real, "x") or 0.0, each.attribute(real, "y") or 0.0) for each in polygon.all("Point")]
    xs, ys = sorted({x for x, _ in points}), sorted({y for _, y in points})
    if len(points) != _POINTS or len(xs) != 2 or len(ys) != 2 or len(set(points)) != _POINTS:
        raise _wrong_polygon("allowed are the four corners of an upright rectangle")
    if xs[0] < -1 or xs[1] > 1 or ys[0] < -1 or ys[1] > 1:
        raise _wrong_polygon("allowed are coordinates from -1 to 1")
    return xs, ys


def _wrong_polygon(why: str) -> Fault:
    return invalid_argument(f"Polygon: {why}", "InvalidPolygon")


def _check_color(color: Element | None) -> None:
    if color is None:
        return
    if any(color.attribute(real, axis) for axis in "XYZ") or color.attributes.get("Colorspace") != _BLACK["Colorspace"]:
        raise config_modify(f"Color: allowed is black, X=0 Y=0 Z=0 of {_BLACK['Colorspace']}")
