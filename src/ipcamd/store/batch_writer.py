"""Batch writer of a log: entries that arrive together share a transaction.

While the disk is full, entries stay queued; above a limit the oldest are lost.
"""

import asyncio
import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

from ipcamd.errors import StoreError
from ipcamd.store.database import Database

T = TypeVar("T")

_log = logging.getLogger(__name__)


class BatchWriter(Generic[T]):
    """Writes queued entries in batches. For the event loop, which never waits."""

    def __init__(
        self, database: Database, name: str, save: Callable[[Sequence[T], sqlite3.Connection], None], most: int
    ) -> None:
        """`save` writes a batch in the database thread.

        `most` is the maximum number of queued entries. `name` is used in log messages.
        """
        self._database = database
        self._name = name
        self._save = save
        self._entries: deque[T] = deque(maxlen=most)
        self._writing: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> list[T]:
        """Entries that are not on the disk yet, newest first."""
        return list(reversed(self._entries))

    def put(self, entry: T) -> None:
        """Queue an entry; it is written soon."""
        self._entries.append(entry)
        self._begin()

    async def flush(self) -> None:
        """Wait until all entries are on the disk, or could not be written and stay queued."""
        self._begin()
        if self._writing:
            await self._writing

    def _begin(self) -> None:
        if self._entries and (self._writing is None or self._writing.done()):
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        while self._entries:
            batch = [self._entries.popleft() for _ in range(len(self._entries))]
            try:
                await self._database.write(partial(self._save, batch))
            except StoreError as error:  # a full disk: the next entry triggers another attempt
                self._entries = deque([*batch, *self._entries], self._entries.maxlen)
                _log.warning("%d entries of the %s wait for the disk: %s", len(self._entries), self._name, error)
                return
