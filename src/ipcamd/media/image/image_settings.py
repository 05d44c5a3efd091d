"""Image settings: the parameters of ``ImageSource.IO.Sensor`` (SDK 10.5)."""

from dataclasses import replace
from typing import Self

from ipcamd.dataclass import dataclass
from ipcamd.media.image.on_screen_text import OnScreenText
from ipcamd.params.group import Values

NEUTRAL = 128
"""Neutral level."""


@dataclass(frozen=True, slots=True)
class ImageSettings:
    """Settings of the adjustments; the levels `brightness`, `contrast`, `saturation` and `sharpness` are 0 to 255."""

    brightness: int = NEUTRAL
    contrast: int = NEUTRAL
    saturation: int = NEUTRAL
    sharpness: int = NEUTRAL
    mirror: bool = False
    flip: bool = False
    texts: tuple[OnScreenText, ...] = ()
    opaque: bool = False
    """Draw the texts on a black background."""

    @property
    def adjusts(self) -> bool:
        """Whether the picture is mirrored or its levels change."""
        levels = self.brightness, self.contrast, self.saturation, self.sharpness
        return self.mirror or self.flip or levels != (NEUTRAL,) * 4

    @property
    def change(self) -> str:
        """Short description of the change to pictures; "" for none."""
        if self.mirror or self.flip:
            return "the picture is mirrored"
        if self.adjusts:
            return "the picture is adjusted"
        return "overlay" if any(each.pattern or each.text.strip() for each in self.texts) else ""

    @property
    def without_overlay(self) -> "ImageSettings":
        """The adjustments alone."""
        return replace(self, texts=(), opaque=False)

    @classmethod
    def of(cls, sensor: Values, texts: tuple[OnScreenText, ...] = ()) -> Self:
        """Return the settings of ``ImageSource.IO.Sensor``, with these texts."""
        return cls(
            brightness=sensor.number("Brightness"),
            contrast=sensor.number("Contrast"),
            saturation=sensor.number("Saturation"),
            sharpness=sensor.number("Sharpness"),
            mirror=sensor.flag("Mirror"),
            flip=sensor.flag("Flip"),
            texts=texts,
            opaque=sensor.flag("OverlayOpaque"),
        )
