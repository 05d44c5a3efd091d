"""On-screen text: a line in a corner of the picture with a text or the capture time."""

from collections.abc import Callable
from datetime import datetime

from ipcamd.dataclass import dataclass
from ipcamd.params.group import Values
from ipcamd.params.imagesource import SENSOR
from ipcamd.params.osd import DATE, DATE_AND_TIME, OSD_GROUPS, PLAIN, TIME


@dataclass(frozen=True, slots=True)
class OnScreenText:
    """One line."""

    corner: str
    """Corner of the picture, one of `ipcamd.params.osd.CORNERS`."""
    text: str = ""
    """Text to show; "" for date and time."""
    pattern: str = ""
    """Format of date or time or both, for ``strftime``."""

    def line(self, captured: datetime) -> str:
        """Return the line for a picture with this local capture time."""
        return captured.strftime(self.pattern) if self.pattern else self.text


def shown_texts(group: Callable[[str], Values], name: str) -> tuple[OnScreenText, ...]:
    """Return the visible texts in drawing order. `group` returns the values of a group of parameters; `name` is the
    camera's."""
    sensor = group(SENSOR.name)
    by_switch = (sensor.flag("OverlayText") and sensor.flag("IncludeText"), sensor.flag("OverlayDate"))
    values = [group(each.name) for each in OSD_GROUPS]
    shown = (*by_switch, *(each.flag("Enabled") for each in values[len(by_switch) :]))
    return tuple(_text(each, name) for each, is_shown in zip(values, shown, strict=True) if is_shown)


def _text(values: Values, name: str) -> OnScreenText:
    if values["Kind"] == PLAIN:
        return OnScreenText(values["Position"], values["Text"] or name)
    parts = {DATE: ("DateFormat",), TIME: ("TimeFormat",), DATE_AND_TIME: ("DateFormat", "TimeFormat")}
    return OnScreenText(values["Position"], pattern=" ".join(values.value(part) for part in parts[values["Kind"]]))
