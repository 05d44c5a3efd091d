"""The SQLite file and the one thread that writes it.

An answer of OK is given only after the commit returned: WAL with synchronous=FULL lost no acknowledged write in any
measured power cut. Commits wait for the disk, so they run in a thread of their own and never in the event loop.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from ipcamd.errors import StoreError

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (grp TEXT, name TEXT, value TEXT NOT NULL, PRIMARY KEY (grp, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS account (name TEXT PRIMARY KEY, rank INTEGER NOT NULL, sealed BLOB NOT NULL, shown INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class Database:
    """One open database file."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.executescript(SCHEMA)
        self._writer = ThreadPoolExecutor(1, "store")

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Return the rows of a query (at start; the running camera reads memory)."""
        return self._connection.execute(sql, values).fetchall()

    async def write(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Run `work` in one transaction; on return it is on the disk. Raises `StoreError`, then nothing was changed."""
        await asyncio.get_running_loop().run_in_executor(self._writer, self.write_now, work)

    def write_now(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Do `write` in the calling thread (at start)."""
        try:
            with self._connection as connection:
                connection.execute("BEGIN IMMEDIATE")
                work(connection)
        except sqlite3.Error as error:
            raise StoreError(f"the settings could not be saved: {error}") from error

    def close(self) -> None:
        """Finish what is being written and close."""
        self._writer.shutdown()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
