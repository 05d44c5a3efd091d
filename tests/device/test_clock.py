from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.device.clock import UNITS, YEARS, CameraClock, local_time, make_zone, moment_of
from ipcamd.device.virtual.clock import OFFSET, OffsetClock
from ipcamd.errors import RequestFailed, StoreError
from ipcamd.params.time import TIME
from ipcamd.params.time_zones import ZONES
from ipcamd.store.database import TransactionPart

SECOND = 1_000_000_000
LONDON, BERLIN, KOLKATA, SANTIAGO, SYDNEY = 21, 22, 39, 15, 50


class KeyValuesInMemory:
    """Key-value store in memory; its disk can be full."""

    def __init__(self) -> None:
        self.key_values: dict[str, str] = {}
        self.full = False

    def get(self, name: str) -> str | None:
        return self.key_values.get(name)

    async def set(self, name: str, value: str) -> None:
        self.commit(self.keep(name, value))

    def keep(self, name: str, value: str) -> TransactionPart:
        return TransactionPart(lambda _: None, lambda: self.key_values.update({name: value}))

    def commit(self, part: TransactionPart) -> None:
        if self.full:
            raise StoreError("the disk is full")
        part.done()


class ClockRig:
    """A host's clock and a camera's on top of it."""

    def __init__(self, time_zone: int = LONDON, daylight_saving: str = "off") -> None:
        self.host = 1_750_000_000 * SECOND
        self.key_values = KeyValuesInMemory()
        self.group = TIME.values(TimeZone=str(time_zone), DaylightSaving=daylight_saving)
        self.clock = self.again()

    def again(self) -> CameraClock:
        return CameraClock(OffsetClock(self.key_values, lambda: self.host), lambda: self.group)

    def set(self, moment_ns: int) -> None:
        self.key_values.commit(self.clock.set(moment_ns))


def ns(*fields: int) -> int:
    return int(datetime(*fields, tzinfo=UTC).timestamp()) * SECOND


def test_its_local_time_follows_the_settings() -> None:
    rig = ClockRig(LONDON)
    before = rig.clock.local()
    rig.group = TIME.values(TimeZone=str(BERLIN))
    assert rig.clock.local().replace(tzinfo=None) - before.replace(tzinfo=None) == timedelta(hours=1)
    rig.group = TIME.values(TimeZone=str(BERLIN), DaylightSaving="on")
    assert rig.clock.zone() == ZoneInfo("Europe/Berlin")


async def test_it_goes_with_the_host_from_where_it_was_set_and_so_does_the_next_one() -> None:
    rig = ClockRig()
    assert rig.clock.now_ns() == rig.host
    rig.set(ns(2036, 2, 29))
    assert rig.clock.now_ns() == ns(2036, 2, 29)
    rig.host += 90 * SECOND
    assert rig.clock.now_ns() == rig.again().now_ns() == ns(2036, 2, 29, 0, 1, 30)


async def test_a_time_that_cannot_be_stored_is_not_set() -> None:
    rig, told = ClockRig(), list[int]()
    rig.clock.watch(lambda: told.append(rig.clock.now_ns()))
    rig.set(ns(2020, 1, 1))
    rig.key_values.full = True
    with pytest.raises(StoreError):
        rig.set(ns(2030, 1, 1))
    assert told == [ns(2020, 1, 1)]
    assert rig.clock.now_ns() == ns(2020, 1, 1)
    assert rig.key_values.get(OFFSET) == str(ns(2020, 1, 1) - rig.host)


@pytest.mark.parametrize(
    ("index", "saving", "utc", "local"),
    [
        (LONDON, "off", (2025, 7, 1, 12), "2025-07-01 12:00"),
        (LONDON, "on", (2025, 7, 1, 12), "2025-07-01 13:00"),
        (LONDON, "on", (2025, 1, 1, 12), "2025-01-01 12:00"),
        (BERLIN, "off", (2025, 7, 1, 23, 30), "2025-07-02 00:30"),
        (BERLIN, "on", (2025, 7, 1, 23, 30), "2025-07-02 01:30"),
        (SANTIAGO, "off", (2025, 1, 1, 2), "2024-12-31 22:00"),
        (SANTIAGO, "on", (2025, 1, 1, 2), "2024-12-31 23:00"),
        (SYDNEY, "on", (2025, 1, 1, 2), "2025-01-01 13:00"),
        (SYDNEY, "off", (2025, 1, 1, 2), "2025-01-01 12:00"),
        (KOLKATA, "on", (2025, 7, 1, 12), "2025-07-01 17:30"),
        (0, "off", (2025, 7, 1, 11), "2025-06-30 23:00"),
        (56, "off", (2025, 7, 1, 12), "2025-07-02 00:00"),
    ],
)
def test_local_time(index: int, saving: str, utc: tuple[int, ...], local: str) -> None:
    assert f"{ClockRig(index, saving).clock.local(ns(*utc)):%Y-%m-%d %H:%M}" == local


@pytest.mark.parametrize("index", range(len(ZONES)))
@pytest.mark.parametrize("month", [1, 7])
def test_with_daylight_saving_each_zone_is_the_place_itself(index: int, month: int) -> None:
    utc = datetime(2025, month, 1, tzinfo=UTC)
    place = utc.astimezone(ZoneInfo(ZONES[index].name))
    assert utc.astimezone(make_zone(index, True)).utcoffset() == place.utcoffset()
    standard = utc.astimezone(make_zone(index, False)).utcoffset()
    assert standard == timedelta(hours=ZONES[index].hours)


@given(
    index=st.integers(0, 56),
    saving=st.booleans(),
    when=st.datetimes(datetime(YEARS[0], 1, 2), datetime(YEARS[1], 12, 30), timezones=st.just(UTC)),
)
def test_every_moment_can_be_set_by_its_local_time(index: int, saving: bool, when: datetime) -> None:
    now = local_time(1_750_000_000 * SECOND, make_zone(index, saving))
    local = when.replace(microsecond=0).astimezone(now.tzinfo)
    wanted = moment_of(now, {unit: getattr(local, unit) for unit in UNITS})
    # the hour that daylight saving repeats is taken the first time
    assert local_time(wanted, local.tzinfo or UTC).replace(fold=0, tzinfo=None) == local.replace(fold=0, tzinfo=None)
    assert 0 < wanted // SECOND < 2**32


@pytest.mark.parametrize(
    ("fields", "local"),
    [
        ({"second": 7}, "2024-02-29 12:34:07.000000"),
        ({"hour": 0, "minute": 0}, "2024-02-29 00:00:56.789000"),
        ({"year": 2028}, "2028-02-29 12:34:56.789000"),
        ({"day": 1, "month": 12}, "2024-12-01 12:34:56.789000"),
        ({}, "2024-02-29 12:34:56.789000"),
    ],
)
def test_omitted_fields_are_unchanged(fields: dict[str, int], local: str) -> None:
    now = datetime(2024, 2, 29, 12, 34, 56, 789_000, make_zone(BERLIN, False))
    assert f"{local_time(moment_of(now, fields), make_zone(BERLIN, False)):%Y-%m-%d %H:%M:%S.%f}" == local


@pytest.mark.parametrize("fields", [{"year": 2025}, {"month": 2, "day": 30}, {"month": 4, "day": 31}])
def test_a_day_that_the_calendar_does_not_have(fields: dict[str, int]) -> None:
    with pytest.raises(RequestFailed, match="there is no such day"):
        moment_of(datetime(2024, 2, 29, tzinfo=UTC), fields)


def test_an_hour_that_daylight_saving_leaves_out() -> None:
    spring = datetime(2025, 3, 30, 12, tzinfo=make_zone(BERLIN, True))
    with pytest.raises(RequestFailed, match="02:30:00: daylight saving"):
        moment_of(spring, {"hour": 2, "minute": 30})
    standard = spring.replace(tzinfo=make_zone(BERLIN, False))
    assert moment_of(standard, {"hour": 2, "minute": 30}) == ns(2025, 3, 30, 1, 30)


def test_the_parameters_set_it_in_the_zone_that_the_update_leaves() -> None:
    rig = ClockRig(LONDON)
    after = TIME.values(TimeZone=str(KOLKATA))
    rig.clock.write(after, {"ServerDate": "2030-05-06", "ServerTime": "07:08:09"}).done()
    assert rig.clock.now_ns() == ns(2030, 5, 6, 1, 38, 9)
    told: list[int] = []
    rig.clock.watch(lambda: told.append(rig.clock.now_ns()))
    rig.clock.write(rig.group, {"ServerDate": "2031-01-02"}).done()
    assert told == [ns(2031, 1, 2, 1, 38, 9)]
    assert rig.clock.now_ns() == ns(2031, 1, 2, 1, 38, 9)
    values = rig.clock.readers()
    assert (values["Time", "ServerDate"](), values["Time", "ServerTime"]()) == ("2031-01-02", "01:38:09")
