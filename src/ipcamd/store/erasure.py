"""Erasure of the store for a factory default (SDK 2.1): everything goes but what is named here.

New tables and new keys are erased without being listed.
"""

import sqlite3
from collections.abc import Collection

KEPT_TABLES = frozenset({"recording"})
"""The list of the SD card's files."""
SHARED_TABLES = frozenset({"setting", "account", "key_value"})
"""Tables of which some rows may be kept; their owners erase the others."""


def erase_tables(connection: sqlite3.Connection) -> None:
    """Empty all tables but the kept and the shared ones."""
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        if table not in KEPT_TABLES | SHARED_TABLES and not table.startswith("sqlite_"):
            connection.execute(f'DELETE FROM "{table}"')


def erase_keys(connection: sqlite3.Connection, kept: Collection[str]) -> None:
    """Delete all entries of the key-value store but the `kept` ones."""
    names = connection.execute("SELECT name FROM key_value").fetchall()
    connection.executemany("DELETE FROM key_value WHERE name = ?", [row for row in names if row[0] not in kept])
