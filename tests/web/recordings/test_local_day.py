"""Local days and the offset from UTC within them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from ipcamd.web.recordings.local_day import day_ends, offsets

BERLIN = ZoneInfo("Europe/Berlin")


def milliseconds(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type,misc]


def test_a_day_without_a_change() -> None:
    begin, end = day_ends(date(2025, 6, 15), BERLIN)
    assert (begin // 1_000_000, end // 1_000_000) == (milliseconds(2025, 6, 14, 22), milliseconds(2025, 6, 15, 22))
    assert offsets(begin, end, BERLIN) == [(begin // 1_000_000, 7200)]


def test_days_on_which_the_clocks_are_changed() -> None:
    for day, change, before, after, hours in (
        (date(2025, 10, 26), milliseconds(2025, 10, 26, 1), 7200, 3600, 25),
        (date(2025, 3, 30), milliseconds(2025, 3, 30, 1), 3600, 7200, 23),
    ):
        begin, end = day_ends(day, BERLIN)
        assert end - begin == hours * 3600 * 10**9
        assert offsets(begin, end, BERLIN) == [(begin // 1_000_000, before), (change, after)]
