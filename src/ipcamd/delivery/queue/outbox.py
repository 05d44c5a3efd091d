"""Outbox: small messages to other hosts, in order, on disk until they are delivered."""

import asyncio
import logging
import sqlite3
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from ipcamd.dataclass import dataclass
from ipcamd.delivery.counts import DeliveryCounts
from ipcamd.errors import StoreError
from ipcamd.store.database import Database

_RETRY_S = 5.0
"""Seconds from a failed write to the next attempt."""

_MAX_BYTES_WITH_PICTURES = 8_000_000
"""Waiting bytes of a target above which no picture is queued, because the queue is also in memory."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One waiting message."""

    number: int
    """Messages are delivered in the order of their numbers."""
    target: str
    topic: str
    """MQTT topic below the prefix, or identifier of a webhook's message."""
    payload: bytes


class Outbox:
    """Queues of messages, one per target. For the event loop, which never waits for the disk."""

    def __init__(self, database: Database, limit: Callable[[], int]) -> None:
        """Load the waiting messages. `limit` returns the most waiting messages per target. Raises ``StoreError``."""
        self._database = database
        self._limit = limit
        self._queues: defaultdict[str, OrderedDict[int, OutboxMessage]] = defaultdict(OrderedDict)
        self._delivered, self._dropped, self._failures = Counter[str](), Counter[str](), Counter[str]()
        self._added = deque[OutboxMessage]()
        self._removed = deque[int]()
        self._writing: asyncio.Task[None] | None = None
        self._came = asyncio.Event()
        self._number = 0
        for row in database.rows("SELECT number, target, topic, payload FROM outbox ORDER BY number"):
            message = OutboxMessage(*row)
            self._queues[message.target][message.number] = message
            self._number = message.number

    def put(self, target: str, topic: str, payload: bytes) -> OutboxMessage:
        """Queue a message, and return it; it is on the disk soon. If too many wait, the oldest are dropped."""
        self._number += 1
        message = OutboxMessage(self._number, target, topic, payload)
        queue = self._queues[target]
        queue[message.number] = message
        self._added.append(message)
        while len(queue) > self._limit():
            self._remove(queue.popitem(last=False)[1])
            self._dropped[target] += 1
        self._came.set()
        self._write_soon()
        return message

    def amend(self, message: OutboxMessage, payload: bytes) -> None:
        """Replace the payload of a message that still waits; its position remains."""
        queue = self._queues[message.target]
        if message.number in queue:
            queue[message.number] = replace(message, payload=payload)
            self._added.append(queue[message.number])
            self._write_soon()

    async def head(self, target: str) -> OutboxMessage:
        """Wait for the first message of a target, and return it; it remains in the queue."""
        while not (queue := self._queues[target]):
            self._came.clear()
            await self._came.wait()
        return next(iter(queue.values()))

    def note_delivered(self, message: OutboxMessage) -> None:
        """Remove a delivered message."""
        self._delivered[message.target] += 1
        self._take_out(message)

    def drop(self, message: OutboxMessage) -> None:
        """Remove a message that its receiver refuses."""
        self._dropped[message.target] += 1
        self._take_out(message)

    def note_failure(self, target: str) -> None:
        """Count a failed attempt."""
        self._failures[target] += 1

    def has_room_for_picture(self, target: str) -> bool:
        """Whether few enough bytes wait for a target to queue a picture."""
        return self.counts(target).waiting_bytes < _MAX_BYTES_WITH_PICTURES

    def clear(self, target: str) -> None:
        """Remove all messages of a disabled target."""
        for message in self._queues[target].values():
            self._remove(message)
        self._queues[target].clear()
        self._write_soon()

    def counts(self, target: str) -> DeliveryCounts:
        """Return the counts of a target."""
        queue = self._queues[target].values()
        size = sum(len(message.payload) for message in queue)
        return DeliveryCounts(len(queue), size, self._delivered[target], self._dropped[target], self._failures[target])

    async def flush(self) -> None:
        """Wait until all messages are on disk, or cannot be written."""
        self._write_soon()
        if self._writing:
            await self._writing

    def _take_out(self, message: OutboxMessage) -> None:
        if self._queues[message.target].pop(message.number, None):
            self._remove(message)
            self._write_soon()

    def _remove(self, message: OutboxMessage) -> None:
        self._removed.append(message.number)

    def _write_soon(self) -> None:
        if (self._added or self._removed) and (self._writing is None or self._writing.done()):
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        """Write the changes since the last call in one transaction."""
        while self._added or self._removed:
            added, removed = list(self._added), list(self._removed)
            self._added.clear()
            self._removed.clear()
            try:
                await self._database.write(partial(_save, added=added, removed=removed))
            except StoreError as error:
                self._take_back(added, removed)
                _log.warning("%d messages are not on the disk yet: %s", len(self._added), error)
                asyncio.get_running_loop().call_later(_RETRY_S, self._write_soon)
                return

    def _take_back(self, added: Sequence[OutboxMessage], removed: Sequence[int]) -> None:
        """Keep unwritten messages, except those removed meanwhile, so that a full disk does not fill the memory."""
        held = [message for message in added if message.number in self._queues[message.target]]
        gone = {message.number for message in added} - {message.number for message in held}
        self._added.extendleft(reversed(held))
        self._removed.extendleft(number for number in reversed(removed) if number not in gone)


def _save(connection: sqlite3.Connection, added: list[OutboxMessage], removed: list[int]) -> None:
    rows = [(message.number, message.target, message.topic, message.payload) for message in added]
    connection.executemany("INSERT OR REPLACE INTO outbox (number, target, topic, payload) VALUES (?, ?, ?, ?)", rows)
    connection.executemany("DELETE FROM outbox WHERE number = ?", [(number,) for number in removed])
