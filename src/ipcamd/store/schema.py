"""Schema: the tables of the database, as a list of migrations."""

import sqlite3

from ipcamd.errors import ConfigError

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (  # IF NOT EXISTS: databases without a version number already have these tables
        "CREATE TABLE IF NOT EXISTS setting"
        " (grp TEXT, name TEXT, value TEXT NOT NULL, PRIMARY KEY (grp, name)) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS account"
        " (name TEXT PRIMARY KEY, rank INTEGER NOT NULL,"
        " encrypted_password BLOB NOT NULL, password_origin INTEGER NOT NULL)",
        "CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    ),
    (  # the event log
        "CREATE TABLE happening (id INTEGER PRIMARY KEY, moment INTEGER NOT NULL, what TEXT NOT NULL,"
        " schedule TEXT NOT NULL, done TEXT NOT NULL, failed TEXT NOT NULL)",
    ),
    (  # the index of the SD card
        "CREATE TABLE recording (folder TEXT, name TEXT, size INTEGER NOT NULL, stamp INTEGER NOT NULL,"
        " began INTEGER NOT NULL, ended INTEGER NOT NULL, PRIMARY KEY (folder, name)) WITHOUT ROWID",
    ),
    (  # items that wait for delivery; AUTOINCREMENT never reuses a number, so numbers keep the order of arrival
        "CREATE TABLE parcel (id INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL, token TEXT NOT NULL,"
        " name TEXT NOT NULL, content_type TEXT NOT NULL, size INTEGER NOT NULL, moment INTEGER NOT NULL,"
        " what TEXT NOT NULL, schedule TEXT NOT NULL, tried INTEGER NOT NULL)",
    ),
    (  # clips in progress, or not handed on yet
        "CREATE TABLE owed (token TEXT, schedule TEXT, kind TEXT NOT NULL, moment INTEGER NOT NULL,"
        " level TEXT NOT NULL, window INTEGER NOT NULL, PRIMARY KEY (token, schedule)) WITHOUT ROWID",
    ),
    (  # standard names
        "ALTER TABLE fact RENAME TO key_value",
        "ALTER TABLE happening RENAME TO event_log",
        "ALTER TABLE parcel RENAME TO spool",
        "ALTER TABLE owed RENAME TO pending_clip",
        "ALTER TABLE pending_clip RENAME COLUMN moment TO time_ns",
        "ALTER TABLE pending_clip RENAME COLUMN window TO number",
        "ALTER TABLE pending_clip RENAME COLUMN level TO state",
    ),
    (  # logins and changes
        "CREATE TABLE audit_log (id INTEGER PRIMARY KEY AUTOINCREMENT, time_ns INTEGER NOT NULL, kind TEXT NOT NULL,"
        " account TEXT NOT NULL, address TEXT NOT NULL, what TEXT NOT NULL, failure TEXT NOT NULL)",
        "CREATE INDEX audit_log_kind ON audit_log (kind, id)",
    ),
    (  # events from start to end; each entry of the log belongs to one
        "CREATE TABLE event (id INTEGER PRIMARY KEY, label TEXT NOT NULL, started_ns INTEGER NOT NULL,"
        " seen_ns INTEGER NOT NULL, ended_ns INTEGER, UNIQUE (label, started_ns))",
        "INSERT INTO event (label, started_ns, seen_ns, ended_ns)"
        " SELECT what, moment, moment, moment FROM event_log GROUP BY what, moment ORDER BY min(id)",
        "CREATE INDEX event_start ON event (started_ns, id)",
        "ALTER TABLE event_log ADD COLUMN clip TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE event_log ADD COLUMN event INTEGER NOT NULL DEFAULT 0",
        "UPDATE event_log SET event = (SELECT id FROM event WHERE label = what AND started_ns = moment)",
        "CREATE INDEX event_log_event ON event_log (event)",
    ),
    (  # messages that wait for a target
        "CREATE TABLE outbox (number INTEGER PRIMARY KEY, target TEXT NOT NULL, topic TEXT NOT NULL,"
        " payload BLOB NOT NULL)",
    ),
)
"""Statements that migrate version i to i + 1. Append only: existing databases have run the released ones."""


def migrate(connection: sqlite3.Connection, migrations: tuple[tuple[str, ...], ...] = MIGRATIONS) -> None:
    """Migrate a database to the newest version in one transaction. Raises `ConfigError` if a newer ipcamd wrote it."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(migrations):
        raise ConfigError("the database was written by a newer ipcamd: use that version, or another --state directory")
    if version == len(migrations):
        return
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        for step in migrations[version:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version={len(migrations)}")
