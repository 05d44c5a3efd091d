"""View of a picture: its visible part, colour and blur, which the drivers of a virtual device change."""

from dataclasses import replace

from ipcamd.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """Part of the source's picture. Equal views show the same."""

    pan: float = 0.0
    """-100 (left edge of the picture) to 100 (right edge)."""
    tilt: float = 0.0
    """-100 (bottom edge) to 100 (top edge)."""
    zoom: float = 1.0
    """1 shows the whole picture; 2 shows half of its width and height."""
    grey: bool = False
    """Without colour, for night mode."""
    blur: float = 0.0
    """Blur: points become spots of this many thousandths of the picture's height."""

    @property
    def is_whole(self) -> bool:
        """Whether it shows the whole picture."""
        return self.zoom <= 1.0

    @property
    def change(self) -> str:
        """Short description of its change to the source's picture; "" for none."""
        if not self.is_whole:
            return "a part of the picture is shown"
        return "night" if self.grey else "out of focus" if self.blur else ""

    def mirrored(self, mirror: bool, flip: bool) -> "View":
        """Return the view of the same part after mirroring left and right (`mirror`), top and bottom (`flip`)."""
        if not mirror and not flip:
            return self
        return replace(self, pan=-self.pan if mirror else self.pan, tilt=-self.tilt if flip else self.tilt)

    @property
    def sides(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the part, as fractions of the picture."""
        side = 1 / max(1.0, self.zoom)
        left, top = (1 - side) * (100 + self.pan) / 200, (1 - side) * (100 - self.tilt) / 200
        return left, top, left + side, top + side

    def box(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Return left, top, width and height of the part, in pixels of a picture of `size`; the latter two are even."""
        width, height = (max(2, round(side / max(1.0, self.zoom) / 2) * 2) for side in size)
        left = (size[0] - width) * (100 + self.pan) / 200
        top = (size[1] - height) * (100 - self.tilt) / 200
        return round(left), round(top), width, height


WHOLE = View()
"""The whole picture."""
