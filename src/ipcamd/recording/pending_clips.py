"""Pending clips of schedules: stored when a capture begins, so that a power cut loses at most its last second."""

import logging

from ipcamd.dataclass import dataclass
from ipcamd.errors import StoreError
from ipcamd.event_bus import Event, EventKind
from ipcamd.store.database import Database

_COLUMNS = "token, schedule, kind, time_ns, number, state"

_ON = "on"
_OFF = "off"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PendingClip:
    """Clip that one schedule is waiting for."""

    token: str
    """Name of the clip's directory in the `ClipStore`."""
    schedule: str
    """Name of the schedule."""
    event: Event


class PendingClips:
    """Table of pending clips. A failure to write it is only logged: the clip itself is not affected."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self) -> list[PendingClip]:
        """Return the pending clips, oldest first (at start). Raises ``StoreError``."""
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM pending_clip ORDER BY time_ns, token, schedule")
        return [
            PendingClip(token, schedule, Event(EventKind(kind), time_ns, number, state == _ON))
            for token, schedule, kind, time_ns, number, state in rows
        ]

    async def add(self, clip: PendingClip) -> None:
        """Add a clip; durable on return."""
        event = clip.event
        row = (clip.token, clip.schedule, event.kind.value, event.time_ns, event.number, _ON if event.is_on else _OFF)
        await self._write(f"INSERT OR REPLACE INTO pending_clip ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", *row)

    async def remove(self, clip: PendingClip) -> None:
        """Remove a clip that was handed on, or that cannot be."""
        await self._write("DELETE FROM pending_clip WHERE token = ? AND schedule = ?", clip.token, clip.schedule)

    async def _write(self, sql: str, *values: object) -> None:
        try:
            await self._database.write(lambda connection: connection.execute(sql, values))
        except StoreError as error:
            _log.warning("the list of pending clips could not be saved: %s", error)
