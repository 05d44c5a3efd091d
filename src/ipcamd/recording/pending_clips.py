"""Pending clips of schedules: stored when a capture begins, so that a power cut loses at most its last second."""

import logging
from dataclasses import dataclass

from ipcamd.errors import StoreError
from ipcamd.event_bus import Event, EventKind
from ipcamd.store.database import Database

_COLUMNS = "token, schedule, kind, time_ns, number, state"

ON, OFF = "on", "off"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PendingClip:
    """Clip that one schedule is waiting for."""

    token: str
    """The capture's place on the shelf."""
    schedule: str
    """Its name."""
    event: Event


class PendingClips:
    """Those that were not fulfilled yet. A disk that cannot be written is only logged: it costs this safety alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def left(self) -> list[PendingClip]:
        """Return what an earlier life left, oldest first (at start). Raises ``StoreError``."""
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM pending_clip ORDER BY time_ns, token, schedule")
        return [
            PendingClip(token, schedule, Event(EventKind(kind), time_ns, number, state == ON))
            for token, schedule, kind, time_ns, number, state in rows
        ]

    async def add(self, order: PendingClip) -> None:
        """Note that it is to be fulfilled; durable on return."""
        event = order.event
        row = (order.token, order.schedule, event.kind.value, event.time_ns, event.number, ON if event.is_on else OFF)
        await self._write(f"INSERT OR REPLACE INTO pending_clip ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", *row)

    async def remove(self, order: PendingClip) -> None:
        """Note that it is fulfilled, or cannot be."""
        await self._write("DELETE FROM pending_clip WHERE token = ? AND schedule = ?", order.token, order.schedule)

    async def _write(self, sql: str, *values: object) -> None:
        try:
            await self._database.write(lambda connection: connection.execute(sql, values))
        except StoreError as error:
            _log.warning("which clips are to be handed on could not be noted: %s", error)
