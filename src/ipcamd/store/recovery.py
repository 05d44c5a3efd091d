"""Recovery of a damaged database from its backup."""

import logging
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from ipcamd.errors import ConfigError
from ipcamd.store.durable_files import create_private, replace_durably, sync_directory, write_durably
from ipcamd.store.schema import migrate

KEPT = 3
"""Number of damaged databases that are kept for examination."""

_PRAGMAS = (
    # one process owns the directory, so the index of the log can be in memory instead of a file
    "locking_mode=EXCLUSIVE",
    "journal_mode=WAL",
    "synchronous=FULL",  # with WAL no acknowledged write was lost in any measured power cut; NORMAL lost some
    "secure_delete=ON",  # a deleted account leaves no trace in free pages
    "trusted_schema=OFF",
    "temp_store=MEMORY",
    "journal_size_limit=1048576",
)
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_PARTS = ("", "-wal", "-shm", "-journal")

_log = logging.getLogger(__name__)


class _Damaged(Exception):
    """The file is damaged."""


def backup_of(path: Path) -> Path:
    """Return the path of a database's backup."""
    return path.with_name(f"{path.name}.backup")


def _damaged_backup(path: Path) -> Path:
    return path.with_name(f"{path.name}.backup.damaged")


def open_or_recover(path: Path) -> sqlite3.Connection:
    """Open a database with private access, checked and migrated to the newest schema.

    A damaged database is renamed; the last good backup replaces it, or else an empty database. Raises `ConfigError`.
    """
    try:
        if _is_lost(path):
            _log.error("the database %s is missing", path)
            _restore(path)
        try:
            return _open(path)
        except _Damaged as damage:
            _log.error("the database %s is damaged (%s); it is kept as %s", path, damage, _set_aside(path).name)
            _restore(path)
            return _open(path)
    except (sqlite3.Error, OSError, _Damaged) as error:
        raise ConfigError(f"the database {path} cannot be opened ({error}): free or repair its disk") from error


def was_backup_interrupted(path: Path) -> bool:
    """Return whether the last backup was interrupted."""
    return _draft_of(path).exists()


def announce_backup(path: Path) -> None:
    """Record that a backup is due, in case the camera is killed before it (see `was_backup_interrupted`)."""
    with suppress(OSError):  # a full disk: the backup is still made unless the camera is killed
        create_private(_draft_of(path))


def back_up(connection: sqlite3.Connection, path: Path) -> None:
    """Write a sound copy beside the database. Raises ``sqlite3.Error`` or ``OSError``; the last backup then stays.

    The copy is made row by row, not page by page, so a database damaged meanwhile cannot replace a good backup.
    """
    draft = _draft_of(path)
    draft.unlink(missing_ok=True)
    create_private(draft)
    connection.execute("VACUUM INTO ?", (str(draft),))
    replace_durably(draft, backup_of(path))


def _draft_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.draft")


def purge(connection: sqlite3.Connection, path: Path) -> None:
    """Erase deleted data from the log, the backup and damaged databases. Raises the errors of `back_up`."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    back_up(connection, path)
    for name in _set_aside_before(path):
        _remove(path.with_name(name))
    _damaged_backup(path).unlink(missing_ok=True)
    sync_directory(path.parent)


def _open(path: Path) -> sqlite3.Connection:
    create_private(path)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    # quick_check does not check the encoding of texts: invalid UTF-8 must not fail each start
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        _check(connection)
        migrate(connection)
    except BaseException as error:
        connection.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE:
            raise _Damaged(str(error)) from error
        raise
    return connection


def _check(connection: sqlite3.Connection) -> None:
    verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise _Damaged(verdict)


def _is_lost(path: Path) -> bool:
    """Return whether there was a database and nothing is left of it; an empty file with a log beside it is a new
    database.
    """
    files = path, path.with_name(f"{path.name}-wal")
    return backup_of(path).exists() and not any(file.exists() and file.stat().st_size for file in files)


def _set_aside(path: Path) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}")
    for part in _PARTS:
        old = path.with_name(path.name + part)
        if old.exists():
            old.replace(aside.with_name(aside.name + part))
    for name in _set_aside_before(path)[:-KEPT]:
        _remove(path.with_name(name))
    sync_directory(path.parent)
    return aside


def _set_aside_before(path: Path) -> list[str]:
    """Return the names of all databases that were renamed as damaged, the oldest first."""
    files = [(file, part) for part in _PARTS for file in path.parent.glob(f"{path.name}.damaged-*Z{part}")]
    return sorted({file.name.removesuffix(part) for file, part in files})


def _remove(path: Path) -> None:
    for part in _PARTS:
        path.with_name(path.name + part).unlink(missing_ok=True)


def _restore(path: Path) -> None:
    """Replace the database by the backup, if the backup is sound."""
    backup = backup_of(path)
    try:
        data = backup.read_bytes()
    except FileNotFoundError:
        _log.error("there is no backup: the camera starts with factory values")
        return
    write_durably(path, data)
    try:
        _open(path).close()
    except _Damaged as damage:
        _log.error("the backup is damaged too (%s): the camera starts with factory values", damage)
        _remove(path)
        backup.replace(_damaged_backup(path))
        return
    _log.warning("the settings were restored from the backup of %s", time.ctime(backup.stat().st_mtime))
