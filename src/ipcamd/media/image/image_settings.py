"""Image settings: the parameters of ``ImageSource.IO.Sensor`` (SDK 10.5)."""

from dataclasses import dataclass, replace
from typing import Self

from ipcamd.params.group import Values

NEUTRAL = 128
"""The level that changes nothing."""


@dataclass(frozen=True, slots=True)
class ImageSettings:
    """Settings of the transform. Levels are 0 to 255."""

    brightness: int = NEUTRAL
    contrast: int = NEUTRAL
    saturation: int = NEUTRAL
    sharpness: int = NEUTRAL
    mirror: bool = False
    flip: bool = False
    text: str = ""
    """The text overlay; empty for none."""
    date: bool = False
    """Draw date and time."""
    opaque: bool = False
    """Draw text and date on black instead of on the picture."""

    @property
    def without_overlay(self) -> "ImageSettings":
        """The adjustments alone."""
        return replace(self, text="", date=False, opaque=False)

    @classmethod
    def of(cls, sensor: Values, name: str) -> Self:
        """Return the settings that ``ImageSource.IO.Sensor`` gives; `name` is the camera's, for the text overlay."""

        on = sensor.flag
        return cls(
            brightness=sensor.number("Brightness"),
            contrast=sensor.number("Contrast"),
            saturation=sensor.number("Saturation"),
            sharpness=sensor.number("Sharpness"),
            mirror=on("Mirror"),
            flip=on("Flip"),
            text=name if on("OverlayText") and on("IncludeText") else "",
            date=on("OverlayDate"),
            opaque=on("OverlayOpaque"),
        )
