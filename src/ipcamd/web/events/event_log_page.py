"""Requests of the events page: the event log in pages, one entry per event with its actions, with filters."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from ipcamd.cgi.answer import JSON, TEXT
from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.endpoint import Call, Reply
from ipcamd.errors import HttpError, RequestFailed, StoreError, shown
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import OneOf
from ipcamd.params.kinds.date_and_time import Day
from ipcamd.params.kinds.number import Integer
from ipcamd.storage.recording import EVENT, nanoseconds
from ipcamd.store.event_log_table import EventLogEntry
from ipcamd.store.event_search import KINDS, OUTCOMES, EventFilter, LoggedEvent
from ipcamd.web.page_request import json_reply, read_endpoint

ARGUMENTS = Arguments(
    Argument("count", "Number of events.", Integer(1, 100), default="50"),
    Argument("kind", "Kind of event.", OneOf(tuple(KINDS))),
    Argument("schedule", "Name of a schedule that the event started."),
    Argument("outcome", "Whether an action failed.", OneOf(tuple(OUTCOMES))),
    Argument("from", "First local day of the start.", Day()),
    Argument("to", "Last local day of the start.", Day()),
    Argument("before", "`next` of the page before."),
)


async def events(call: Call) -> Reply:
    """Answer with `count` events, newest first: all, or those of a `kind`, `schedule`, `outcome`, and local days `from`
    and `to`; with `before`, the next page. Raises ``RequestFailed``, ``HttpError``."""
    count = ARGUMENTS.number(call.query, "count") or 0
    search = call.camera.event_search
    try:
        found = await search.find(_filter(call), count + 1)
        schedules = await search.schedules()
    except StoreError as error:
        raise HttpError(503, str(error)) from error
    answer = {
        "today": str(call.camera.clock.local().date()),
        "events": [_described(call, event) for event in found[:count]],
        "next": _position(found[count - 1]) if len(found) > count else "",
        "schedules": schedules,
        "waiting": call.camera.event_log.waiting,
    }
    return json_reply(answer)


def _filter(call: Call) -> EventFilter:
    return EventFilter(
        call.query.get("kind") or "",
        call.query.get("outcome") or "",
        call.query.get("schedule") or "",
        _midnight(call, "from"),
        _midnight(call, "to"),
        _before(call),
    )


def _midnight(call: Call, name: str) -> int | None:
    """Return the start of the day `from`, or the end of the day `to`, in nanoseconds; None without it."""
    text = call.query.get(name)
    if text is None:
        return None
    day = date.fromisoformat(text) + timedelta(days=name == "to")
    return nanoseconds(datetime.combine(day, time(), call.camera.clock.zone()))


def _before(call: Call) -> tuple[int, int] | None:
    text = call.query.get("before")
    if not text:
        return None
    match = re.fullmatch("([0-9]{1,18}|[1-8][0-9]{18})-([0-9]{1,18})", text)
    if match is None:
        raise RequestFailed(f"before={shown(text)}: allowed: the `next` of the page before")
    return int(match[1]), int(match[2])


def _position(event: LoggedEvent) -> str:
    return f"{event.started_ns}-{event.id}"


def _described(call: Call, event: LoggedEvent) -> dict[str, object]:
    ended = event.ended_ns
    return {
        "id": event.id,
        "label": event.label,
        "started": _local(call, event.started_ns),
        "ended": None if ended is None else _local(call, ended),
        "seconds": None if ended is None else (ended - event.started_ns) / 1e9,
        "actions": _actions(call, event),
        "clip": _clip(call, event.entries),
    }


def _actions(call: Call, event: LoggedEvent) -> list[dict[str, Any]]:
    """Return the entries of an event in order; repeated ones are counted with the first."""
    actions = dict[tuple[str, ...], dict[str, Any]]()
    for entry in event.entries:
        by = "" if entry.what == event.label else entry.what
        words = {"by": by, "schedule": entry.schedule, "done": entry.done, "failed": entry.failed}
        first = {"at": _local(call, entry.moment), **words, "times": 0}
        actions.setdefault(tuple(words.values()), first)["times"] += 1
    return list(actions.values())


def _clip(call: Call, entries: Iterable[EventLogEntry]) -> dict[str, object] | None:
    """Return the first clip of an event that still exists on the card."""
    for entry in entries:
        recording = call.camera.card.index.get(EVENT, entry.clip) if entry.clip else None
        if recording and not recording.writing:
            return {"name": recording.name, "seconds": (recording.ended_ns - recording.started_ns) / 1e9}
    return None


def _local(call: Call, time_ns: int) -> str:
    return call.camera.clock.local(time_ns).isoformat(timespec="seconds")


ENDPOINTS = (read_endpoint("/web/events", Rank.ADMIN, events, ARGUMENTS, JSON, TEXT),)
"""Requests of the events page."""
