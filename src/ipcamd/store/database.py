"""Database: the SQLite file and the single thread that writes it.

A change is acknowledged only after the commit has returned: with WAL and synchronous=FULL no acknowledged write was
lost in any measured power cut. Commits wait for the disk, so they run in their own thread and never in the event loop.
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
from ipcamd.store.recovery import announce_backup, back_up, open_or_recover, purge, was_backup_interrupted
from ipcamd.store.secretbox import SecretBox
from ipcamd.store.state_directory import StateDirectory
from ipcamd.workers.pool import WorkerPool
from ipcamd.workers.tasks import start_task

BACKUP_DELAY_S = 60.0
"""Seconds from a change to the backup that contains it."""
LAST_BACKUP_S = 0.4
"""Maximum seconds for the backup at exit."""

FINGERPRINT = "seal.fingerprint"
"""Name of the value that identifies the encryption key of the secrets."""

T = TypeVar("T")

_log = logging.getLogger(__name__)

Work = Callable[[sqlite3.Connection], object]
"""Work in a transaction, in the database thread."""


@dataclass(frozen=True, slots=True)
class LastWork:
    """Work after which the database accepts no more: the camera restarts, and parts of it must not store outdated
    values.
    """

    work: Work

    def __call__(self, connection: sqlite3.Connection) -> object:
        """Run the work."""
        return self.work(connection)


@dataclass(frozen=True, slots=True)
class TransactionPart:
    """One part's share of a change that several parts make together."""

    save: Work
    done: Callable[[], object] = lambda: None
    """Called in the event loop after the commit, to update memory."""
    lock: AbstractAsyncContextManager[object] = field(default_factory=nullcontext)
    """Held from before `save` until after `done`, so the part's own changes wait."""


class Database:
    """One open database file; owns its state directory."""

    def __init__(self, path: Path) -> None:
        """Open the database and create what is missing.

        Raises `ConfigError`; damage is repaired from the backup (see `open_or_recover`).
        """
        self._path = path
        self._thread = WorkerPool("store", 1)
        self._turn = threading.Lock()
        """Held while the connection is in use, possibly for long; never acquired in the event loop."""
        self._queue = threading.Condition()
        self._queued = 0
        self._closed = False
        """Whether the database accepts no more work."""
        self._is_final = False
        """Whether a `LastWork` was run."""
        self._hurried = False
        """Whether a backup would take too long now."""
        self._copying = False
        self._running: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._changed = was_backup_interrupted(path)
        with ExitStack() as undo:
            self._directory = undo.enter_context(closing(StateDirectory(path.parent)))
            self.secret_box = SecretBox(path.with_name("secret.key"))
            self._connection = undo.enter_context(closing(open_or_recover(path)))
            self.key_lost = self._is_key_lost()
            """Whether the secrets in the database were encrypted with a key other than the present one."""
            undo.pop_all()

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query; for the start, since the running camera reads memory. Raises `StoreError`."""
        return self._now(partial(self._rows, sql, values))

    async def read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query without blocking the event loop. Raises `StoreError`."""
        return await self._in_thread(partial(self._rows, sql, values))

    async def write(self, *work: Work) -> None:
        """Run `work` in one transaction; it is on the disk on return.

        Raises `StoreError` if nothing was changed, and the errors of `work`. See `complete` for a following update of
        memory.
        """
        await self._in_thread(partial(self._transact, *work))
        if self._timer is None and not self._closed:
            self._timer = asyncio.get_running_loop().call_later(BACKUP_DELAY_S, self._start_backup)

    def write_now(self, *work: Work) -> None:
        """Run `work` like `write`, but in the calling thread; for the start."""
        self._now(partial(self._transact, *work))

    async def complete(self, action: Coroutine[Any, Any, T]) -> T:
        """Run `action` to its end, even if its caller is cancelled: disk and memory must not diverge."""
        task = start_task(action, self._running)
        task.add_done_callback(_take_error)
        return await asyncio.shield(task)

    async def purge(self) -> None:
        """Erase deleted data from all files, for a factory default. A failure is only logged."""
        await self._in_thread(partial(self._copy, purge))

    async def shut_down(self) -> None:
        """Close the database without blocking the event loop.

        A backup that takes longer than `LAST_BACKUP_S` is cancelled; the next start with this directory makes one even
        without a change.
        """
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
        """Finish pending writes, make a backup, close, and release the directory. Blocks."""
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

    def _now(self, action: Callable[[], T]) -> T:
        if self._closed:  # a request was still in progress
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
            raise StoreError(f"the database cannot be accessed: {error.strerror}") from error
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
            announce_backup(self._path)  # erased data must leave the backup too, even if the camera is killed
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
            if not self._closed:  # `close` makes it then
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
        """Record the present key as the valid one, as part of a transaction."""
        connection.execute("INSERT OR REPLACE INTO key_value VALUES (?, ?)", (FINGERPRINT, self.secret_box.fingerprint))


def _take_error(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()  # a waiting caller has the error; without one, asyncio must not log it
