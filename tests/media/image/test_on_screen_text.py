"""On-screen texts of the settings."""

from datetime import datetime

import pytest

from ipcamd.media.image.on_screen_text import OnScreenText, shown_texts
from ipcamd.params.imagesource import SENSOR
from ipcamd.params.osd import OSD_GROUPS

ALL = {group.name: group.values() for group in (SENSOR, *OSD_GROUPS)}
AFTERNOON = datetime(2013, 6, 3, 14, 5, 9)


def texts(**changes: str) -> tuple[OnScreenText, ...]:
    """Return the texts after changes such as ``sensor_OverlayText`` and ``osd3_Enabled``."""
    groups = {"sensor": SENSOR.name, **{f"osd{number}": each.name for number, each in enumerate(OSD_GROUPS, 1)}}
    values = dict(ALL)
    for name, text in changes.items():
        group, _, param = name.partition("_")
        values[groups[group]] = values[groups[group]] | {param: text}
    return shown_texts(values.__getitem__, "Gate")


def lines(**changes: str) -> list[str]:
    return [text.line(AFTERNOON) for text in texts(**changes)]


def test_the_sdk_s_switches_show_name_and_time() -> None:
    assert texts() == ()
    assert lines(sensor_OverlayText="on") == ["Gate"]
    assert lines(sensor_OverlayText="on", sensor_IncludeText="off") == []
    assert lines(sensor_OverlayDate="on", sensor_OverlayText="on") == ["Gate", "2013-06-03 14:05:09"]
    assert [text.corner for text in texts(sensor_OverlayDate="on")] == ["UpperLeft"]


def test_additional_texts_have_a_position_and_content() -> None:
    shown = texts(osd3_Enabled="on", osd3_Text="Dock 4", osd3_Position="LowerRight", osd4_Text="off")
    assert shown == (OnScreenText("LowerRight", "Dock 4"),)
    assert lines(sensor_OverlayText="on", osd1_Text="Back door") == ["Back door"]


@pytest.mark.parametrize(
    ("kind", "date", "time", "line"),
    [
        ("Date", "dd/MM/yyyy", "HH:mm:ss", "03/06/2013"),
        ("Date", "M/d/yyyy", "HH:mm:ss", "6/3/2013"),
        ("Time", "yyyy-MM-dd", "h:mm:ss tt", "2:05:09 PM"),
        ("Time", "yyyy-MM-dd", "hh:mm:ss tt", "02:05:09 PM"),
        ("DateAndTime", "MM/dd/yyyy", "H:mm:ss", "06/03/2013 14:05:09"),
    ],
)
def test_date_and_time_have_formats(kind: str, date: str, time: str, line: str) -> None:
    assert lines(sensor_OverlayDate="on", osd2_Kind=kind, osd2_DateFormat=date, osd2_TimeFormat=time) == [line]
