"""Date, time and time zone (ONVIF Core, 8.3.5)."""

from datetime import UTC, datetime
from functools import lru_cache

from ipcamd.device.clock import YEARS, moment_of
from ipcamd.errors import RequestFailed
from ipcamd.onvif.device.posix_zone import find_zone, posix_zone
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import invalid_argument
from ipcamd.onvif.soap.values import integer
from ipcamd.onvif.soap.writer import Content, Node, node
from ipcamd.params.time import TIME
from ipcamd.settings.change_records import Change


def get_date_time(call: OperationCall) -> Content:
    """Return the camera's time, in UTC and as local time: some clients read only one of them."""
    values, now_ns = call.camera.settings[TIME.name], call.camera.clock.now_ns()
    saving = values.flag("DaylightSaving")
    local = call.camera.clock.local(now_ns)
    return node(
        "tds:SystemDateAndTime",
        node("tt:DateTimeType", "NTP" if values["SyncSource"] == "NTP" else "Manual"),
        node("tt:DaylightSavings", saving),
        node("tt:TimeZone", node("tt:TZ", posix_zone(values.number("TimeZone"), saving))),
        _date_time("tt:UTCDateTime", *local.utctimetuple()[:6]),
        _date_time("tt:LocalDateTime", *local.timetuple()[:6]),
    )


async def set_date_time(call: OperationCall) -> None:
    """Set the time zone, and the time if no time server sets it."""
    camera, parts = call.camera, []
    source = Change(TIME.name, "SyncSource", "NTP" if call["DateTimeType"] == "NTP" else "manually")
    changes = [source, *_zone_changes(call)]
    if call["DateTimeType"] == "Manual":
        if call["UTCDateTime"] is None:
            raise invalid_argument("UTCDateTime is required with DateTimeType Manual", "InvalidDateTime")
        parts.append(camera.clock.set(_moment_ns(call["UTCDateTime"])))
    await camera.settings.update(changes, *parts, by=call.requester(), notes=["clock set"] * len(parts))


def _zone_changes(call: OperationCall) -> list[Change]:
    saving, changes = call["DaylightSavings"], []
    if call["TimeZone"]:
        text = call["TimeZone"].value(str, "TZ")
        found = find_zone(text, call.camera.settings[TIME.name].number("TimeZone"))
        if found is None:
            raise invalid_argument(f"TZ={text[:64]}: the camera has no zone with these rules", "InvalidTimeZone")
        index, saving = found
        changes.append(Change(TIME.name, "TimeZone", str(index)))
    return [*changes, Change(TIME.name, "DaylightSaving", "on" if saving else "off")]


def _moment_ns(element: Element) -> int:
    fields = {
        name.lower(): element.value(integer, group, name)
        for group, names in (("Date", ("Year", "Month", "Day")), ("Time", ("Hour", "Minute", "Second")))
        for name in names
    }
    fields["second"] = min(fields["second"], 59)  # a leap second
    try:
        if YEARS[0] <= fields["year"] <= YEARS[1]:
            return moment_of(datetime.now(UTC), fields)
    except RequestFailed:
        pass
    raise invalid_argument("UTCDateTime: the time does not exist", "InvalidDateTime")


@lru_cache(4)
def _date_time(name: str, year: int, month: int, day: int, hour: int, minute: int, second: int) -> Node:
    """Return a time as an element of this name; it stays the same for a second."""
    return node(
        name,
        node("tt:Time", node("tt:Hour", hour), node("tt:Minute", minute), node("tt:Second", second)),
        node("tt:Date", node("tt:Year", year), node("tt:Month", month), node("tt:Day", day)),
    )
