"""Database: the SQLite file and the one thread that writes it.

An answer of OK is given only after the commit returned: WAL with synchronous=FULL lost no acknowledged write in any
measured power cut. Commits wait for the disk, so they run in a thread of their own and never in the event loop.
"""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, ExitStack, closing, nullcontext
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

from ipcamd.dataclass import dataclass
from ipcamd.errors import ConfigError, StoreError
from ipcamd.store.recovery import announce_backup, back_up, open_sound, purge, was_backup_interrupted
from ipcamd.store.secretbox import SecretBox
from ipcamd.store.state_directory import StateDirectory
from ipcamd.workers.pool import WorkerPool

BACKUP_DELAY_S = 60.0
"""Seconds from a change to the backup that holds it."""
LAST_BACKUP_S = 0.4
"""Seconds that the backup may take at exit."""

FINGERPRINT = "seal.fingerprint"
"""Name of the value that identifies the key of the encrypted secrets."""

T = TypeVar("T")

_log = logging.getLogger(__name__)

Work = Callable[[sqlite3.Connection], object]
"""Something to do in a transaction, in the store's thread."""


@dataclass(frozen=True, slots=True)
class LastWork:
    """Work after which this database takes no more: the camera restarts, and nothing that its parts still remember may
    be stored beside what `work` has left."""

    work: Work

    def __call__(self, connection: sqlite3.Connection) -> object:
        """Do it."""
        return self.work(connection)


@dataclass(frozen=True, slots=True)
class TransactionPart:
    """One part's share of a change that several parts make together."""

    save: Work
    done: Callable[[], None]
    """Called in the event loop when it is on the disk: now the memory may follow."""
    lock: AbstractAsyncContextManager[object] = field(default_factory=nullcontext)
    """Held from before `save` until after `done`: the part's own changes wait."""


class Database:
    """One open database file, the owner of its directory."""

    def __init__(self, path: Path) -> None:
        """Open it and create what is missing. Raises `ConfigError`, but not for damage (see `open_sound`)."""
        self._path = path
        self._thread = WorkerPool("store", 1)
        self._turn = threading.Lock()
        """Held while the connection is used, perhaps for long: not by the event loop."""
        self._queue = threading.Condition()
        self._queued = 0
        self._closed = False
        """Nothing more is taken."""
        self._is_final = False
        """A `LastWork` has been done."""
        self._hurried = False
        """It is too late for a backup."""
        self._copying = False
        self._running: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._changed = was_backup_interrupted(path)
        with ExitStack() as undo:
            self._directory = undo.enter_context(closing(StateDirectory(path.parent)))
            self.secret_box = SecretBox(path.with_name("secret.key"))
            self._connection = undo.enter_context(closing(open_sound(path)))
            self.key_lost = self._is_key_lost()
            """Whether the secrets in the database were encrypted with another key than the present one."""
            undo.pop_all()

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query (at start; the running camera reads memory). Raises `StoreError`."""
        return self._now(partial(self._rows, sql, values))

    async def read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Do `rows` without blocking the event loop. Raises `StoreError`."""
        return await self._in_thread(partial(self._rows, sql, values))

    async def write(self, *work: Work) -> None:
        """Run `work` in one transaction; on return it is on the disk. Raises `StoreError`, then nothing was changed.

        Also raises what `work` raises. See `complete` for an update of memory that follows.
        """
        await self._in_thread(partial(self._transact, *work))
        if self._timer is None and not self._closed:
            self._timer = asyncio.get_running_loop().call_later(BACKUP_DELAY_S, self._start_backup)

    def write_now(self, *work: Work) -> None:
        """Do `write` in the calling thread (at start)."""
        self._now(partial(self._transact, *work))

    async def complete(self, action: Coroutine[Any, Any, T]) -> T:
        """Run `action` to its end, even if its caller is cancelled: disk and memory must not diverge."""
        task = asyncio.get_running_loop().create_task(action)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def purge(self) -> None:
        """Erase deleted data from all files (factory default). A failure is only logged."""
        await self._in_thread(partial(self._copy, purge))

    async def shut_down(self) -> None:
        """Do `close` without blocking the event loop. A backup that takes longer than `LAST_BACKUP_S` is given up:
        the next one of this directory is made even if nothing changes."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        closing = self._thread.run(self.close)
        await asyncio.wait({closing}, timeout=LAST_BACKUP_S)
        self._hurried = True
        if self._copying:
            self._connection.interrupt()
        await closing

    def close(self) -> None:
        """Finish pending writes, back up, close, and release the directory. Blocks."""
        self._closed = True
        with self._queue:
            self._queue.wait_for(lambda: not self._queued)
        with self._turn:
            self._back_up()
            self._connection.close()
            self._directory.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # told to who waited; if nobody does any more, asyncio need not complain

    def _now(self, action: Callable[[], T]) -> T:
        if self._closed:  # but a request was still on its way
            raise StoreError("the camera is stopping")
        with self._turn:
            return action()

    async def _in_thread(self, action: Callable[[], T]) -> T:
        if self._closed:
            raise StoreError("the camera is stopping")
        with self._queue:
            self._queued += 1
        try:
            outcome = self._thread.run(partial(self._take_turn, action))
        except OSError as error:
            self._leave_queue()
            raise StoreError(f"the settings cannot be reached: {error.strerror}") from error
        return await outcome

    def _take_turn(self, action: Callable[[], T]) -> T:
        try:
            with self._turn:
                return action()
        finally:
            self._leave_queue()

    def _leave_queue(self) -> None:
        with self._queue:
            self._queued -= 1
            self._queue.notify_all()

    def _rows(self, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"the settings could not be read: {error}") from error

    def _transact(self, *work: Work) -> None:
        if self._is_final:
            raise StoreError("the camera is restarting")
        is_final = any(isinstance(part, LastWork) for part in work)
        if is_final:
            announce_backup(self._path)  # what is erased must leave the backup, too, even if the camera is killed
        try:
            with self._connection as connection:
                connection.execute("BEGIN IMMEDIATE")
                for part in work:
                    part(connection)
        except sqlite3.Error as error:
            raise StoreError(f"the settings could not be saved: {error}") from error
        self._changed, self._is_final = True, is_final

    def _start_backup(self) -> None:
        self._timer = None
        self._thread.run(self._back_up_in_turn)

    def _back_up_in_turn(self) -> None:
        with self._turn:
            if not self._closed:  # then `close` does it
                self._back_up()

    def _back_up(self) -> None:
        if self._changed and not self._hurried:
            self._copy(back_up)

    def _copy(self, way: Callable[[sqlite3.Connection, Path], None]) -> None:
        self._copying = True
        try:
            way(self._connection, self._path)
            self._changed = False
        except (sqlite3.Error, OSError) as error:
            _log.warning("no backup of the settings could be made: %s", error)
        finally:
            self._copying = False

    def _is_key_lost(self) -> bool:
        try:
            known = self._rows("SELECT value FROM key_value WHERE name = ?", (FINGERPRINT,))
            if not known:
                self._transact(self.adopt_key)
        except StoreError as error:
            raise ConfigError(f"{error}: free or repair the disk of {self._path.parent}") from error
        return bool(known) and known[0][0] != self.secret_box.fingerprint

    def adopt_key(self, connection: sqlite3.Connection) -> None:
        """Note, as part of a transaction, that from now on the present key is the one that counts."""
        connection.execute("INSERT OR REPLACE INTO key_value VALUES (?, ?)", (FINGERPRINT, self.secret_box.fingerprint))
