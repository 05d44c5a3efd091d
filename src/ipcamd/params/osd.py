"""``ImageSource.IO.OSD.1`` to ``.4`` (additions): the on-screen texts.

The SDK's switches show the first two (SDK 10.5): ``OverlayText`` the first, by default the camera's name, and
``OverlayDate`` the second, by default date and time.
"""

from ipcamd.params.group import Group, Param, Rank
from ipcamd.params.kinds.choice import ON_OFF, OneOf
from ipcamd.params.kinds.text import Text

PLAIN, DATE, TIME, DATE_AND_TIME = KINDS = ("Plain", "Date", "Time", "DateAndTime")
"""Kinds of text, with ONVIF's names (``tt:OSDTextConfiguration``)."""
CORNERS = ("UpperLeft", "UpperRight", "LowerLeft", "LowerRight")
"""Positions of a text, with ONVIF's names (``tt:OSDPosConfiguration``)."""
DATE_FORMATS = {
    "yyyy-MM-dd": "%Y-%m-%d",
    "yyyy/MM/dd": "%Y/%m/%d",
    "dd/MM/yyyy": "%d/%m/%Y",
    "MM/dd/yyyy": "%m/%d/%Y",
    "M/d/yyyy": "%-m/%-d/%Y",
}
"""Formats of a date, in ONVIF's notation, and for ``strftime``."""
TIME_FORMATS = {
    "HH:mm:ss": "%H:%M:%S",
    "H:mm:ss": "%-H:%M:%S",
    "hh:mm:ss tt": "%I:%M:%S %p",
    "h:mm:ss tt": "%-I:%M:%S %p",
}
"""Formats of a time."""
TEXT_LIMIT = 64
"""Maximum number of characters of a text."""


def _formats(patterns: dict[str, str]) -> OneOf:
    return OneOf(tuple(patterns), values=tuple(patterns.values()))


def _group(number: int) -> Group:
    kind = DATE_AND_TIME if number == 2 else PLAIN
    shown = Param("Enabled", ON_OFF, "off", "Show this text.", get=Rank.GUEST)
    return Group(
        f"ImageSource.IO.OSD.{number}",
        "",
        (
            *((shown,) if number > 2 else ()),
            Param("Kind", OneOf(KINDS), kind, "Content: a text, the date, the time, or both.", get=Rank.GUEST),
            Param("Text", Text(TEXT_LIMIT), "", "Text to show; empty: the camera's name.", get=Rank.GUEST),
            Param("Position", OneOf(CORNERS), CORNERS[0], "Corner of the picture.", get=Rank.GUEST),
            Param("DateFormat", _formats(DATE_FORMATS), "yyyy-MM-dd", "Format of the date.", get=Rank.GUEST),
            Param("TimeFormat", _formats(TIME_FORMATS), "HH:mm:ss", "Format of the time.", get=Rank.GUEST),
        ),
    )


OSD_GROUPS = tuple(_group(number) for number in range(1, 5))
"""Texts in drawing order."""
