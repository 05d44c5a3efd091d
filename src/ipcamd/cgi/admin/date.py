"""``/cgi/admin/date.cgi``: the date and the time of day (SDK 1.3)."""

from collections.abc import Awaitable
from datetime import datetime

from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text, unless_action
from ipcamd.device.clock import YEARS, zone_of
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import OneOf
from ipcamd.params.kinds.number import Integer
from ipcamd.params.time_zones import ZONES
from ipcamd.settings.change_records import Change
from ipcamd.wire.http.query import Query

_CLOCK = {
    "year": Integer(*YEARS),
    "month": Integer(1, 12),
    "day": Integer(1, 31),
    "hour": Integer(0, 23),
    "minute": Integer(0, 59),
    "second": Integer(0, 59),
}
FIELDS = (*_CLOCK, "timezone")
"""Parameters of ``set``."""
ARGUMENTS = Arguments(
    Argument("action", "Read or set the clock.", OneOf(("get", "set"))),
    *(Argument(name, f"The {name} of the local time.", kind, ("set",)) for name, kind in _CLOCK.items()),
    Argument("timezone", "Index of the time zone.", Integer(0, len(ZONES) - 1), ("set",)),
)


def date(call: Call) -> Reply | Awaitable[Reply]:
    """Get or set the clock."""
    if ARGUMENTS.word(call.query, "action") == "set":
        return _set(call, _numbers(call.query))
    return text(_spelled(call.camera.clock.local()))


def _spelled(now: datetime) -> str:
    """Return the time in the form of the SDK's sample: month and day unpadded, time padded."""
    return f"{now.year}/{now.month}/{now.day} {now.hour:02}:{now.minute:02}:{now.second:02}"


async def _set(call: Call, numbers: dict[str, int]) -> Reply:
    clock, settings = call.camera.clock, call.camera.settings
    index = numbers.pop("timezone", None)
    changes = ({} if index is None else {"TimeZone": str(index)}) | ({"SyncSource": "manually"} if numbers else {})
    parts = [clock.set_fields(numbers, zone_of(settings["Time"] | changes))] if numbers else []
    notes = [f"clock {name}={number}" for name, number in numbers.items()]
    changed = [Change("Time", name, value) for name, value in changes.items()]
    await settings.update(changed, *parts, by=call.requester(), notes=notes)
    return text("ok")


def _numbers(query: Query) -> dict[str, int]:
    """Return the values of ``set``; raise `RequestFailed` unless every parameter is valid."""
    numbers = {name: ARGUMENTS.number(query, name) for name in FIELDS}
    sent = {name: number for name, number in numbers.items() if number is not None}
    if not sent:
        raise RequestFailed(f"action=set: at least one is needed of {', '.join(FIELDS)}")
    return sent


ENDPOINT = Endpoint("/cgi/admin/date.cgi", Rank.ADMIN, date, changes=unless_action("get"), arguments=ARGUMENTS)
