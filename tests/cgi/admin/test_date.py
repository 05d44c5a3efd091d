import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from tests.cgi.camera_rig import SECOND, CameraRig

from ipcamd.cgi.admin.date import ENDPOINT
from ipcamd.errors import HttpError, RequestFailed
from ipcamd.params.group import Rank, Values
from ipcamd.settings.audit_entry import AuditEntry
from ipcamd.settings.change_records import Change
from ipcamd.wire.http.query import Query

NTP = Change("Time", "SyncSource", "NTP")


def test_only_administrators_and_get_changes_nothing() -> None:
    assert ENDPOINT.rank is Rank.ADMIN
    assert not ENDPOINT.changes(Query.parse("Action=GET"))
    assert ENDPOINT.changes(Query.parse("action=set&year=2005"))


async def test_get_is_spelled_like_the_sdks_sample(rig: CameraRig) -> None:
    await rig.set_clock(int(datetime(2007, 1, 20, 15, 20, 25, tzinfo=UTC).timestamp()) * SECOND)
    assert await rig.text(ENDPOINT, "action=get") == "2007/1/20 15:20:25\r\n"
    await rig.set_clock(int(datetime(2007, 11, 2, 5, 6, 7, tzinfo=UTC).timestamp()) * SECOND)
    assert await rig.text(ENDPOINT, "?ACTION=Get&") == "2007/11/2 05:06:07\r\n"


@pytest.mark.parametrize(
    ("query", "local"),
    [
        ("year=2005&month=4&day=3", "2005/4/3 15:06:40"),
        ("hour=0&minute=00&second=000", "2025/6/15 00:00:00"),
        ("Second=59", "2025/6/15 15:06:59"),
        ("year=2105&month=12&day=31&hour=23&minute=59&second=59", "2105/12/31 23:59:59"),
        ("year=1971&month=1&day=1&hour=0", "1971/1/1 00:06:40"),
        ("year=2028&month=2&day=29", "2028/2/29 15:06:40"),
        ("timezone=39", "2025/6/15 20:36:40"),
        ("timezone=39&hour=1", "2025/6/15 01:36:40"),
        ("timezone=0", "2025/6/15 03:06:40"),
        ("month=1&month=2", "2025/2/15 15:06:40"),
    ],
)
async def test_set_takes_any_part_and_keeps_the_rest(rig: CameraRig, query: str, local: str) -> None:
    assert await rig.text(ENDPOINT, f"action=set&{query}") == "ok\r\n"
    assert await rig.text(ENDPOINT, "action=get") == f"{local}\r\n"


async def test_the_zone_alone_leaves_the_moment_and_its_source_alone(rig: CameraRig) -> None:
    await rig.settings.update([NTP])
    before = rig.clock.now_ns()
    await rig.ask(ENDPOINT, "action=set&timezone=46")
    assert rig.clock.now_ns() == before
    assert (rig.settings["Time"]["TimeZone"], rig.settings["Time"]["SyncSource"]) == ("46", "NTP")


async def test_setting_the_clock_manually_ends_ntp(rig: CameraRig) -> None:
    await rig.settings.update([NTP])
    await rig.ask(ENDPOINT, "action=set&timezone=46&year=2030")
    assert (rig.settings["Time"]["TimeZone"], rig.settings["Time"]["SyncSource"]) == ("46", "manually")


BAD = [
    "month=0", "month=13", "day=0", "day=32", "hour=24", "hour=-1", "minute=60", "second=60", "year=0", "year=1970",
    "year=2106", "year=99999", "year=" + "9" * 5000, "timezone=57", "timezone=-1", "timezone=../../etc/passwd",
    "timezone=UTC", "month=%D9%A5", "month=%C2%B2", "month=1_0", "month=+1", "month= 1", "month=1.0", "month=", "month",
    "year=2005%0a", "month=2&day=30", "month=2&day=29&year=2023", "day=31&month=11", "mouth=4", "year=2005&x=1",
    "timezone=3&hour=24", "hour=3&timezone=57", "",
]  # fmt: skip


@pytest.mark.parametrize("query", BAD)
async def test_wrong_requests_change_nothing(rig: CameraRig, query: str) -> None:
    before = (rig.clock.now_ns(), dict(rig.settings["Time"]))
    with pytest.raises((RequestFailed, HttpError)):
        await rig.ask(ENDPOINT, f"action=set&hour=3&{query}" if query else "action=set")
    assert (rig.clock.now_ns(), dict(rig.settings["Time"])) == before


@pytest.mark.parametrize("query", ["", "action=", "action=reset", "action=get&year=2005", "year=2005"])
async def test_nothing_but_get_and_set(rig: CameraRig, query: str) -> None:
    with pytest.raises(RequestFailed):
        await rig.ask(ENDPOINT, query)


async def test_the_record_gives_the_method_of_setting_the_clock(rig: CameraRig) -> None:
    entries: list[AuditEntry] = []
    rig.settings.audit(entries.append)
    await rig.text(ENDPOINT, "action=set&hour=5&timezone=3")
    assert entries[0].by.via == "/cgi/admin/date.cgi"
    assert entries[0].changes == ("Time.TimeZone=3", "Time.SyncSource=manually", "clock hour=5")


async def test_the_error_names_parameter_value_and_what_is_allowed(rig: CameraRig) -> None:
    with pytest.raises(RequestFailed, match="month=13: allowed: 1 to 12"):
        await rig.ask(ENDPOINT, "action=set&month=13")


async def test_a_clock_whose_zone_cannot_be_kept_is_not_set_either(rig: CameraRig) -> None:
    @contextlib.asynccontextmanager
    async def refuse(_: Values, __: Values) -> AsyncIterator[None]:
        raise RequestFailed("not now")
        yield

    rig.settings.guard("Time", refuse)
    before = rig.clock.now_ns()
    with pytest.raises(RequestFailed, match="not now"):
        await rig.ask(ENDPOINT, "action=set&timezone=46&year=2030")
    assert rig.clock.now_ns() == before
