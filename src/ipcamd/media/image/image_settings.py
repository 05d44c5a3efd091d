"""Image settings: the parameters of ``ImageSource.IO.Sensor`` (SDK 10.5)."""

from dataclasses import dataclass, replace
from typing import Self

from ipcamd.media.image.on_screen_text import OnScreenText
from ipcamd.params.group import Values

NEUTRAL = 128
"""The level that changes nothing."""


@dataclass(frozen=True, slots=True)
class ImageSettings:
    """Settings of the transform; the levels `brightness`, `contrast`, `saturation` and `sharpness` are 0 to 255."""

    brightness: int = NEUTRAL
    contrast: int = NEUTRAL
    saturation: int = NEUTRAL
    sharpness: int = NEUTRAL
    mirror: bool = False
    flip: bool = False
    texts: tuple[OnScreenText, ...] = ()
    opaque: bool = False
    """Draw the texts on black instead of on the picture."""

    @property
    def without_overlay(self) -> "ImageSettings":
        """The adjustments alone."""
        return replace(self, texts=(), opaque=False)

    @classmethod
    def of(cls, sensor: Values, texts: tuple[OnScreenText, ...] = ()) -> Self:
        """Return the settings that ``ImageSource.IO.Sensor`` gives, with these texts."""

        on = sensor.flag
        return cls(
            brightness=sensor.number("Brightness"),
            contrast=sensor.number("Contrast"),
            saturation=sensor.number("Saturation"),
            sharpness=sensor.number("Sharpness"),
            mirror=on("Mirror"),
            flip=on("Flip"),
            texts=texts,
            opaque=on("OverlayOpaque"),
        )
