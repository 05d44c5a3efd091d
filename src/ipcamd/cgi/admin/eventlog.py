"""``/cgi/admin/eventlog.cgi``: the log of events and actions (not in the SDK)."""

import asyncio
import json
from dataclasses import asdict

from ipcamd.cgi.endpoint import Call, Endpoint, Reply, never, text
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank
from ipcamd.params.kinds.number import Integer
from ipcamd.store.eventlog import KEPT, Entry

COUNT = Integer(1, KEPT)
FORMATS = ("text", "json")


async def eventlog(call: Call) -> Reply:
    """List the newest entries, newest first: ``count`` of them, as ``format`` text or JSON lines."""
    for name, _ in call.query.pairs:
        if name.lower() not in ("count", "format"):
            raise RequestFailed(f"{name[:32]}: unknown parameter; allowed: count, format")
    form = (call.query.get("format") or "text").lower()
    if form not in FORMATS:
        raise RequestFailed(f"format={form[:32]}: allowed: {', '.join(FORMATS)}")
    entries = await call.camera.events.newest(_count(call.query.get("count")))
    return await asyncio.to_thread(_reply, call, form, entries)  # ten thousand take longer than a frame may wait


def _reply(call: Call, form: str, entries: list[Entry]) -> Reply:
    if form == "json":
        return Reply("".join(_json(call, entry) for entry in entries).encode(), content_type="application/x-ndjson")
    return text(*(_line(call, entry) for entry in entries))


def _count(value: str | None) -> int:
    try:
        return COUNT.value(COUNT.normalize(value)) if value is not None else 100
    except ValueError:
        raise RequestFailed(f"count={(value or '')[:32]}: allowed: {COUNT.allowed}") from None


def _json(call: Call, entry: Entry) -> str:
    """Return an entry as one line of JSON; ``time`` is the camera's local time with its offset from UTC."""
    time = call.camera.clock.local(entry.moment).isoformat(timespec="seconds")
    return json.dumps({"time": time, **asdict(entry)}, ensure_ascii=False) + "\n"


def _line(call: Call, entry: Entry) -> str:
    """Return an entry as one line: local time, what, schedule, what was done, what failed, parted by ``|``.

    A ``|`` in a schedule's name becomes ``/``: the line has five fields, always.
    """
    when = f"{call.camera.clock.local(entry.moment):%Y-%m-%d %H:%M:%S}"
    failed = f"failed: {entry.failed}" if entry.failed else ""
    fields = when, entry.what, entry.schedule, entry.done, failed
    return "|".join(field.replace("|", "/") for field in fields)


ENDPOINT = Endpoint("/cgi/admin/eventlog.cgi", Rank.ADMIN, eventlog, changes=never)
