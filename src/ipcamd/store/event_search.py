"""Event search: events of the log with their entries, ordered by start, filtered, in pages."""

from collections.abc import Sequence
from dataclasses import field
from typing import Any

from ipcamd.dataclass import dataclass
from ipcamd.store.database import Database
from ipcamd.store.event_log_table import EventLog, EventLogEntry

KINDS = {
    "motion": "e.label GLOB 'motion*'",
    "input": "e.label GLOB 'di[0-9]*'",
    "schedule": "e.label = 'time'",
    "tamper": "(e.label GLOB 'image *' OR e.label GLOB 'scene *')",
    "camera": "NOT (e.label GLOB 'motion*' OR e.label GLOB 'di[0-9]*' OR e.label = 'time'"
    " OR e.label GLOB 'image *' OR e.label GLOB 'scene *')",
}
"""Kinds of events and the pattern of their labels; ``camera`` is any other event."""

_ENTRY = "EXISTS (SELECT 1 FROM event_log l WHERE l.event = e.id AND {})"
OUTCOMES = {"failed": _ENTRY.format("l.failed != ''"), "done": "NOT " + _ENTRY.format("l.failed != ''")}
"""Outcomes of events: at least one action failed, or none did."""

_ENTRIES = "SELECT event, moment, what, schedule, done, failed, clip FROM event_log WHERE event IN ({}) ORDER BY id"
_SCHEDULES = "SELECT DISTINCT schedule FROM event_log WHERE schedule != '' ORDER BY schedule"


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Conditions that events must meet; "" and None mean no condition."""

    kind: str = ""
    """One of `KINDS`."""
    outcome: str = ""
    """One of `OUTCOMES`."""
    schedule: str = ""
    """Name of a schedule."""
    from_ns: int | None = None
    """Earliest start, in nanoseconds since the epoch, UTC, inclusive."""
    until_ns: int | None = None
    """Latest start, in nanoseconds since the epoch, UTC, exclusive."""
    before: tuple[int, int] | None = None
    """Start and number of the last event of the previous page."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """Event with its entries, oldest first."""

    id: int
    """Number of the event; later events have larger numbers."""
    label: str
    started_ns: int
    ended_ns: int | None
    """End in nanoseconds since the epoch; None while the event continues."""
    entries: list[EventLogEntry] = field(default_factory=list)


class EventSearch:
    """Finds events of the log, including those recorded just now."""

    def __init__(self, database: Database, log: EventLog) -> None:
        self._database = database
        self._log = log

    async def find(self, wanted: EventFilter, most: int) -> list[LoggedEvent]:
        """Return up to `most` events, the latest start first. Raises ``StoreError``."""
        rows = await self._select("e.id, e.label, e.started_ns, e.ended_ns", wanted, most)
        events = {row[0]: LoggedEvent(*row) for row in rows}
        marks = ",".join("?" * len(events))
        for number, *entry in await self._database.read(_ENTRIES.format(marks), *events):
            events[number].entries.append(EventLogEntry(*entry))
        return list(events.values())

    async def times(self, wanted: EventFilter, most: int) -> list[tuple[int, int]]:
        """Return start and last known time of up to `most` events, in nanoseconds, the latest start first.

        Raises ``StoreError``.
        """
        return await self._select("e.started_ns, e.seen_ns", wanted, most)

    async def schedules(self) -> list[str]:
        """Return the names of all schedules in entries. Raises ``StoreError``."""
        return [name for (name,) in await self._database.read(_SCHEDULES)]

    async def _select(self, columns: str, wanted: EventFilter, most: int) -> list[tuple[Any, ...]]:
        await self._log.flush()
        where, values = _conditions(wanted)
        sql = f"SELECT {columns} FROM event e WHERE {' AND '.join(where) or '1'}"
        return await self._database.read(f"{sql} ORDER BY e.started_ns DESC, e.id DESC LIMIT ?", *values, most)


def _conditions(wanted: EventFilter) -> tuple[Sequence[str], Sequence[object]]:
    where, values = list[str](), list[object]()
    for condition in (KINDS.get(wanted.kind), OUTCOMES.get(wanted.outcome)):
        where += [condition] if condition else []
    for condition, value in (
        (_ENTRY.format("l.schedule = ?"), wanted.schedule or None),
        ("e.started_ns >= ?", wanted.from_ns),
        ("e.started_ns < ?", wanted.until_ns),
    ):
        if value is not None:
            where.append(condition)
            values.append(value)
    if wanted.before:
        where.append("(e.started_ns, e.id) < (?, ?)")
        values += wanted.before
    return where, values
