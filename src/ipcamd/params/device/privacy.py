"""``Privacy`` (in addition to the SDK): the switch that stops capture, and the masks that cover areas of the scene."""

from ipcamd.errors import RequestFailed
from ipcamd.params.group import Group, Param, Texts, Values
from ipcamd.params.kinds.choice import YES_NO, OneOf
from ipcamd.params.kinds.number import Integer
from ipcamd.params.motion import HEIGHT, WIDTH

PRIVACY = Group(
    "Privacy",
    "",
    (Param("Enabled", YES_NO, "no", "Stop capture: no picture, no sound, no recording, no detection."),),
)

MASKS = 8
"""Number of masks."""
BLACK, MOSAIC = MASK_TYPES = ("black", "mosaic")
"""Fillings of a masked area."""


def _with_area(values: Values, _: Texts) -> Texts:
    """Refuse sides in the wrong order, and an enabled mask that covers nothing."""
    for first, second in (("Left", "Right"), ("Top", "Bottom")):
        if values.number(first) > values.number(second):
            raise RequestFailed(f"{first}={values[first]}: at most {second}, which is {values[second]}")
    if values.flag("Enabled") and not has_area(values):
        raise RequestFailed("Enabled=yes: the mask covers nothing; Right must exceed Left, and Bottom must exceed Top")
    return {}


def has_area(values: Values) -> bool:
    """Return whether a mask has an area, enabled or not."""
    return values.number("Left") < values.number("Right") and values.number("Top") < values.number("Bottom")


def _side(name: str, most: int) -> Param:
    return Param(
        name,
        Integer(0, most),
        "0",
        f"{name} side of the mask, in the whole, unmirrored picture of the source as {WIDTH}x{HEIGHT}.",
    )


def _mask(number: int) -> Group:
    return Group(
        f"Privacy.Mask{number}",
        "",
        (
            Param("Enabled", YES_NO, "no", "Cover this area in every picture."),
            _side("Left", WIDTH),
            _side("Top", HEIGHT),
            _side("Right", WIDTH),
            _side("Bottom", HEIGHT),
            Param("Type", OneOf(MASK_TYPES), BLACK, "Filling of the mask: black, or coarse blocks."),
        ),
        normalize=_with_area,
    )


MASK_GROUPS = tuple(_mask(number) for number in range(1, MASKS + 1))
"""The masks."""
