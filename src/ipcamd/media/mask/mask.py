"""Privacy masks of a camera: rectangles of the scene, from the stored settings. No I/O.

Masks cover places of the source's whole picture, before a virtual head crops it and before it is mirrored, so that a
mask stays at its place of the scene.
"""

from collections.abc import Callable
from math import ceil, floor
from typing import Self

from ipcamd.dataclass import dataclass
from ipcamd.params.device.privacy import MASK_GROUPS, MOSAIC
from ipcamd.params.group import Values
from ipcamd.params.motion import HEIGHT, WIDTH

Sides = tuple[float, float, float, float]
"""Left, top, right and bottom of a rectangle as fractions of a picture, 0 to 1 within it."""
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are exclusive."""


@dataclass(frozen=True, slots=True)
class Mask:
    """One rectangle."""

    sides: Sides
    """Place in the source's picture."""
    is_mosaic: bool
    """Whether it shows coarse blocks instead of black."""

    @classmethod
    def of(cls, values: Values) -> Self:
        """Return the mask that a group of `MASK_GROUPS` describes."""
        left, top, right, bottom = (values.number(side) for side in ("Left", "Top", "Right", "Bottom"))
        return cls((left / WIDTH, top / HEIGHT, right / WIDTH, bottom / HEIGHT), values["Type"] == MOSAIC)

    def box(self, size: tuple[int, int]) -> Box:
        """Return the box that covers it in the source's picture of even `size`. Its sides are even, for whole samples
        of chroma."""
        (left, right), (top, bottom) = (
            (floor(begin * side) // 2 * 2, min(side, ceil(end * side / 2) * 2))
            for begin, end, side in zip(self.sides[:2], self.sides[2:], size, strict=True)
        )
        return left, top, right, bottom

    def locate_in_view(self, view: Sides, mirror: bool, flip: bool) -> Sides:
        """Return where it is shown: its place in the visible part `view` of the picture, which is mirrored left and
        right (`mirror`) or top and bottom (`flip`) before the part is taken."""
        left, right = _locate(self.sides[0], self.sides[2], view[0], view[2], mirror)
        top, bottom = _locate(self.sides[1], self.sides[3], view[1], view[3], flip)
        return left, top, right, bottom


def _locate(begin: float, end: float, first: float, last: float, is_reversed: bool) -> tuple[float, float]:
    """Return where a section of one side is shown in the part from `first` to `last`."""
    if is_reversed:
        begin, end = 1 - end, 1 - begin
    return (begin - first) / (last - first), (end - first) / (last - first)


@dataclass(frozen=True, slots=True)
class MaskSet:
    """The masks at one time."""

    masks: tuple[Mask, ...] = ()
    version: int = 0
    """Increases when a mask is added or changed, and when privacy begins: older pictures must then not be shown."""

    @property
    def change(self) -> str:
        """Short description of their change of the picture; "" for none."""
        return "a mask covers a part of the picture" if self.masks else ""

    def replaced(self, masks: tuple[Mask, ...]) -> "MaskSet":
        """Return the set that follows this one."""
        return MaskSet(masks, self.version + (not set(masks) <= set(self.masks)))

    def renewed(self) -> "MaskSet":
        """Return the same masks, with a version that no picture has until now."""
        return MaskSet(self.masks, self.version + 1)


class RequiredMasks:
    """The masks that a picture must have to reach viewers, snapshots and recordings of one stream."""

    __slots__ = ("version",)

    def __init__(self) -> None:
        self.version = 0
        """Earliest `MaskSet.version` that is shown."""

    def require(self, version: int) -> bool:
        """Require the masks of this version from now on; return whether they are newer than those until now."""
        if version <= self.version:
            return False
        self.version = version
        return True

    def permit(self, mask_version: int) -> bool:
        """Return whether a picture with the masks of this version may be shown."""
        return mask_version >= self.version


def enabled_masks(group: Callable[[str], Values]) -> tuple[Mask, ...]:
    """Return the masks that are switched on; `group` returns the values of a group of parameters."""
    return tuple(Mask.of(values) for values in (group(each.name) for each in MASK_GROUPS) if values.flag("Enabled"))
