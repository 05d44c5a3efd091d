from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ipcamd.params.time_zones import ZONES, Zone


def test_there_are_57_from_west_to_east() -> None:
    assert len(ZONES) == len({zone.name for zone in ZONES}) == 57
    assert [zone.hours for zone in ZONES] == sorted(zone.hours for zone in ZONES)


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.name)
def test_the_offset_is_the_standard_time_of_the_place(zone: Zone) -> None:
    moment = datetime(2025, 1, 1, tzinfo=UTC).astimezone(ZoneInfo(zone.name))
    assert moment.utcoffset() - (moment.dst() or timedelta()) == timedelta(hours=zone.hours)


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (0, "Etc/GMT+12 (-12:00)"),
        (4, "America/Los_Angeles (-08:00)"),
        (21, "Europe/London (+00:00)"),
        (31, "Asia/Jerusalem (+02:00)"),
        (39, "Asia/Kolkata (+05:30)"),
        (56, "Pacific/Fiji (+12:00)"),
    ],
)
def test_the_index_counts(index: int, words: str) -> None:
    assert str(ZONES[index]) == words
