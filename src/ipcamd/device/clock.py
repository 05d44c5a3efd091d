"""Camera clock (SDK 1.3, 10.3): the time of the device's time source, in the configured zone.

It may jump forwards or backwards at any time. Durations are measured with ``time.monotonic()``.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from ipcamd.device.drivers import TimeSource
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Texts, Values
from ipcamd.params.time_zones import ZONES
from ipcamd.store.database import TransactionPart

UNITS = ("year", "month", "day", "hour", "minute", "second")
"""Fields of a local time."""

YEARS = (1971, 2105)
"""First and last year of the clock: a payload header has 32 bits for seconds since 1970 (SDK 3.1)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class CameraClock:
    """The camera's time of day."""

    def __init__(self, source: TimeSource, group: Callable[[], Values]) -> None:
        """`group` returns the present values of ``Time``."""
        self._source = source
        self._group = group
        self._watchers: list[Callable[[], None]] = []
        self._zone: tuple[Values | None, tzinfo] = None, UTC
        """The values of ``Time`` that the zone was last taken from, and the zone."""

    def now_ns(self) -> int:
        """Return the present time: nanoseconds since the epoch, UTC."""
        return self._source.now_ns()

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` after each change of the time."""
        self._watchers.append(watcher)

    def zone(self) -> tzinfo:
        """Return the configured time zone."""
        if (values := self._group()) is not self._zone[0]:
            self._zone = values, zone_of(values)
        return self._zone[1]

    def local(self, moment: int | None = None) -> datetime:
        """Return `moment` (nanoseconds since the epoch, by default now) as local time."""
        return local_time(self.now_ns() if moment is None else moment, self.zone())

    def set(self, moment: int) -> TransactionPart:
        """Return the transaction part that sets the time to `moment` (nanoseconds since the epoch)."""
        source = self._source.set(moment)

        def done() -> None:
            source.done()
            for watcher in self._watchers:
                watcher()

        return TransactionPart(source.save, done, source.lock)

    def slew(self, offset_ns: int) -> TransactionPart:
        """Return the transaction part that slews the time by `offset_ns`, without a step."""
        return self._source.slew(offset_ns)

    def set_fields(self, fields: Mapping[str, int], place: tzinfo) -> TransactionPart:
        """Return the transaction part that sets `fields` of the local time of `place` and keeps the others. Raises
        `RequestFailed`; see `moment_of`."""
        return self.set(moment_of(local_time(self.now_ns(), place), fields))

    def write(self, values: Values, sent: Texts) -> TransactionPart:
        """Return the transaction part for ``Time.ServerDate`` and ``Time.ServerTime`` (a ``Writer`` of settings)."""
        date, time_of_day = sent.get("ServerDate"), sent.get("ServerTime")
        fields = dict(zip(UNITS[:3], map(int, date.split("-")), strict=True)) if date else {}
        fields |= dict(zip(UNITS[3:], map(int, time_of_day.split(":")), strict=True)) if time_of_day else {}
        return self.set_fields(fields, zone_of(values))

    def readers(self) -> dict[tuple[str, str], Callable[[], str]]:
        """Return the readers of the clock's parameters (see ``Settings.add_readers``)."""
        return {
            ("Time", "ServerDate"): lambda: f"{self.local():%Y-%m-%d}",
            ("Time", "ServerTime"): lambda: f"{self.local():%H:%M:%S}",
        }


@cache
def make_zone(index: int, daylight_saving: bool) -> tzinfo:
    """Return zone `index` of the family's table: its standard offset all year, or with daylight saving."""
    name, hours = ZONES[index]
    return ZoneInfo(name) if daylight_saving else timezone(timedelta(hours=hours))


def zone_of(values: Values) -> tzinfo:
    """Return the zone of these values of the group ``Time``."""
    return make_zone(values.number("TimeZone"), values.flag("DaylightSaving"))


def local_time(moment: int, place: tzinfo) -> datetime:
    """Return `moment` (nanoseconds since the epoch) as local time of the zone `place`."""
    return (_EPOCH + timedelta(microseconds=moment // 1000)).astimezone(place)


def moment_of(now: datetime, fields: Mapping[str, int]) -> int:
    """Return nanoseconds since the epoch of the local time `now` with these `fields` replaced.

    `fields` are some of `UNITS`, each in its own range. Raises `RequestFailed` for a date that does not exist, and for
    a time that daylight saving skips.
    """
    year, month, day, hour, minute, second = (fields.get(unit, getattr(now, unit)) for unit in UNITS)
    fraction = 0 if "second" in fields else now.microsecond
    try:
        wanted = datetime(year, month, day, hour, minute, second, fraction, now.tzinfo)
    except ValueError as error:
        raise RequestFailed(f"{year}/{month}/{day}: there is no such day") from error
    utc = wanted.astimezone(UTC)
    if utc.astimezone(now.tzinfo).replace(tzinfo=None) != wanted.replace(tzinfo=None):
        raise RequestFailed(f"{wanted:%H:%M:%S}: daylight saving leaves this time out on that day in {now.tzinfo}")
    return (utc - _EPOCH) // _MICROSECOND * 1000
