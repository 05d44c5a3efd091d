"""Erasure of the database for a factory default (SDK 2.1): deletes everything except the names listed here.

New tables and keys are erased without being listed.
"""

import sqlite3
from collections.abc import Collection

KEPT_TABLES = frozenset({"recording"})
"""Tables that are kept: the index of the SD card's files."""
SHARED_TABLES = frozenset({"setting", "account", "key_value"})
"""Tables of which some rows may be kept; their owners delete the other rows."""


def erase_tables(connection: sqlite3.Connection) -> None:
    """Empty all tables except the kept and the shared ones."""
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        if table not in KEPT_TABLES | SHARED_TABLES and not table.startswith("sqlite_"):
            connection.execute(f'DELETE FROM "{table}"')


def erase_keys(connection: sqlite3.Connection, kept: Collection[str]) -> None:
    """Delete all entries of the key-value store except `kept`."""
    names = connection.execute("SELECT name FROM key_value").fetchall()
    connection.executemany("DELETE FROM key_value WHERE name = ?", [row for row in names if row[0] not in kept])
