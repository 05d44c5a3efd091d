"""``/cgi/event/schedule.cgi``: the event schedules (SDK 11)."""

from collections.abc import Iterator

from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text, unless_action
from ipcamd.errors import RequestFailed
from ipcamd.events.schedule import Schedule
from ipcamd.params.event.schedule import FIELDS, SLOTS
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import OneOf
from ipcamd.wire.http.query import Query

_LISTS = ("alllist", "allist", "list")
_CHANGES = ("add", "update")
_OF_ONE = ("list", "remove", *_CHANGES)
ARGUMENTS = Arguments(
    Argument("action", "List, add, change or remove schedules.", OneOf((*_LISTS, *_CHANGES, "remove"))),
    Argument("group", f"Number of the schedule, 1 to {SLOTS}; without it `Name` selects it.", None, _OF_ONE),
    Argument("Name", "Name of the schedule, unique; 1 to 16 characters.", None, _OF_ONE),
    *(Argument(field.name, field.help, field.kind, _CHANGES) for field in FIELDS if field.name != "Name"),
)


async def schedule(call: Call) -> Reply:
    """List, add, change or remove schedules."""
    match ARGUMENTS.word(call.query, "action"):
        case "alllist" | "allist":
            return text(*(line for schedule in call.camera.schedules for line in _block(schedule)))
        case "list":
            return text(*_block(_chosen(call)))
        case "add":
            return text(*_block(await call.camera.schedules.add(_fields(call.query), call.requester())))
        case "update":
            fields = _fields(call.query)
            if "group" not in {name.lower() for name, _ in call.query.pairs}:
                fields.pop("name", None)  # `_chosen` reports a missing name
            return text(*_block(await call.camera.schedules.update(_chosen(call), fields, call.requester())))
        case _:  # remove
            chosen = _chosen(call)
            await call.camera.schedules.remove(chosen, call.requester())
            return text(f"Remove schedule={chosen.name} success")


def _block(schedule: Schedule) -> Iterator[str]:
    yield f"[Event.Schedule.{schedule.number}]"
    for field in FIELDS:
        yield f"{field.name}={schedule.values[field.name]}"
    yield ""


def _chosen(call: Call) -> Schedule:
    """Return the schedule in ``group``, or else in ``Name``."""
    number, name = call.query.get("group"), call.query.get("name")
    if number is not None:
        return call.camera.schedules.numbered(number)
    if name is not None:
        return call.camera.schedules.named(name)
    raise RequestFailed("Name or group: one of them is needed to say which schedule")


def _fields(query: Query) -> dict[str, str]:
    """Return the sent fields by lower-case name; the last of a repeated one counts."""
    return {name.lower(): value for name, value in query.pairs if name.lower() not in ("action", "group")}


ENDPOINT = Endpoint(
    "/cgi/event/schedule.cgi", Rank.ADMIN, schedule, changes=unless_action(*_LISTS), arguments=ARGUMENTS
)
