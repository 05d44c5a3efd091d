"""``/cgi/admin/eventlog.cgi``: the log of events and actions (not in the SDK)."""

import asyncio
import json

from ipcamd.cgi.answer import TEXT, Answer
from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, never, text
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import OneOf
from ipcamd.params.kinds.number import Integer
from ipcamd.store.event_log_table import MAX_ENTRIES, EventLogEntry

ARGUMENTS = Arguments(
    Argument("count", "Number of entries.", Integer(1, MAX_ENTRIES), default="100"),
    Argument("format", "Lines of text, or JSON lines.", OneOf(("text", "json")), default="text"),
)


async def eventlog(call: Call) -> Reply:
    """List the newest entries, newest first: ``count`` of them, as ``format`` text or JSON lines."""
    form = ARGUMENTS.word(call.query, "format")
    entries = await call.camera.event_log.newest(ARGUMENTS.number(call.query, "count") or 0)
    return await asyncio.to_thread(_reply, call, form, entries)  # ten thousand take longer than a frame interval


def _reply(call: Call, form: str, entries: list[EventLogEntry]) -> Reply:
    if form == "json":
        return Reply("".join(_json(call, entry) for entry in entries).encode(), content_type="application/x-ndjson")
    return text(*(_line(call, entry) for entry in entries))


def _json(call: Call, entry: EventLogEntry) -> str:
    """Return an entry as one line of JSON; ``time`` is the camera's local time with its offset from UTC."""
    time = call.camera.clock.local(entry.moment).isoformat(timespec="seconds")
    fields = {name: getattr(entry, name) for name in ("moment", "what", "schedule", "done", "failed")}
    return json.dumps({"time": time, **fields}, ensure_ascii=False) + "\n"


def _line(call: Call, entry: EventLogEntry) -> str:
    """Return an entry as one line: local time, event, schedule, action, failure, separated by ``|``.

    A ``|`` in a schedule's name becomes ``/``, so that the line always has five fields.
    """
    when = f"{call.camera.clock.local(entry.moment):%Y-%m-%d %H:%M:%S}"
    failed = f"failed: {entry.failed}" if entry.failed else ""
    fields = when, entry.what, entry.schedule, entry.done, failed
    return "|".join(field.replace("|", "/") for field in fields)


ENDPOINT = Endpoint(
    "/cgi/admin/eventlog.cgi",
    Rank.ADMIN,
    eventlog,
    changes=never,
    arguments=ARGUMENTS,
    answers=(TEXT, Answer("application/x-ndjson", "With `format=json`.")),
)
