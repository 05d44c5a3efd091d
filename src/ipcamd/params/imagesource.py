"""``ImageSource.IO.Sensor`` (SDK 10.5): adjustments of the picture."""

from ipcamd.params.group import Group, Param, Rank
from ipcamd.params.kinds.choice import ON_OFF
from ipcamd.params.kinds.number import Integer


def _level(name: str, help: str) -> Param:
    return Param(name, Integer(0, 255), "128", help, get=Rank.GUEST, set=Rank.USERS)


def _switch(name: str, default: str, help: str) -> Param:
    return Param(name, ON_OFF, default, help, get=Rank.GUEST)


SENSOR = Group(
    "ImageSource.IO.Sensor",
    "10.5",
    (
        _level("Brightness", "Brightness; 128 is neutral."),
        _level("Contrast", "Contrast; 128 is neutral."),
        _level("Saturation", "Colour; 0 is grey, 128 is neutral."),
        _level("Sharpness", "Sharpness; below 128 softer, above 128 sharper."),
        _switch("OverlayText", "off", "Draw the text overlay."),
        _switch("IncludeText", "on", "Show the camera's name in the text overlay."),
        _switch("OverlayDate", "off", "Draw date and time."),
        _switch("OverlayOpaque", "off", "Draw the overlay on an opaque background."),
        _switch("Mirror", "off", "Mirror left and right."),
        _switch("Flip", "off", "Flip top and bottom."),
    ),
)
