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

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are exclusive."""


@dataclass(frozen=True, slots=True)
class Mask:
    """One rectangle."""

    sides: tuple[float, float, float, float]
    """Left, top, right and bottom as fractions of the source's picture, 0 to 1."""
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


@dataclass(frozen=True, slots=True)
class MaskSet:
    """The masks at one time."""

    masks: tuple[Mask, ...] = ()
    version: int = 0
    """Increases when a mask is added or changed: older pictures must then not be shown."""

    @property
    def change(self) -> str:
        """Short description of their change of the picture; "" for none."""
        return "a mask covers a part of the picture" if self.masks else ""

    def replaced(self, masks: tuple[Mask, ...]) -> "MaskSet":
        """Return the set that follows this one."""
        return MaskSet(masks, self.version + (not set(masks) <= set(self.masks)))


def enabled_masks(group: Callable[[str], Values]) -> tuple[Mask, ...]:
    """Return the masks that are switched on; `group` returns the values of a group of parameters."""
    return tuple(Mask.of(values) for values in (group(each.name) for each in MASK_GROUPS) if values.flag("Enabled"))
