"""Table of the parameters' stored values; secrets are encrypted."""

import logging
import sqlite3
from collections.abc import Mapping

from ipcamd.params.group import Param
from ipcamd.store.database import Database, Work

Name = tuple[str, str]
"""Group and parameter name."""

_log = logging.getLogger(__name__)


class SettingsTable:
    """Stored values of some parameters; the table's other rows stay untouched."""

    def __init__(self, database: Database, params: Mapping[Name, Param]) -> None:
        self._secret_box = database.secret_box
        self._database = database
        self._params = params

    def load(self) -> dict[Name, str]:
        """Return the stored values. Raises `StoreError`."""
        rows = self._database.rows("SELECT grp, name, value FROM setting")
        values = {(group, name): self._opened((group, name), kept) for group, name, kept in rows}
        return {name: value for name, value in values.items() if value is not None}

    def save(self, values: Mapping[Name, str | None]) -> Work:
        """Return the work that stores `values`; None deletes a stored value."""
        rows = [(*name, self._sealed(name, value)) for name, value in values.items() if value is not None]
        unset = [name for name, value in values.items() if value is None]

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany("INSERT OR REPLACE INTO setting VALUES (?, ?, ?)", rows)
            connection.executemany("DELETE FROM setting WHERE grp = ? AND name = ?", unset)

        return work

    def clear(self, kept: set[Name]) -> Work:
        """Return the work that deletes all values except those of `kept`, including those of unknown parameters."""

        def work(connection: sqlite3.Connection) -> None:
            names = set(connection.execute("SELECT grp, name FROM setting").fetchall())
            connection.executemany("DELETE FROM setting WHERE grp = ? AND name = ?", names - kept)

        return work

    def _sealed(self, name: Name, value: str) -> str | bytes:
        """Return the database form of a value: bytes for encrypted secrets."""
        return self._secret_box.encrypt(value, _place(name)) if value and self._params[name].secret else value

    def _opened(self, name: Name, kept: str | bytes) -> str | None:
        """Return a stored value; None if it cannot be used: unknown parameter, lost key, or out of range."""
        param = self._params.get(name)
        if param is None:
            return None
        value = self._secret_box.decrypt(kept, _place(name)) if isinstance(kept, bytes) else kept
        try:
            if value is not None:
                return value if value == param.default else param.kind.normalize(value)
        except ValueError:
            pass
        _log.error("the stored value of %s.%s cannot be used; the parameter has its factory value", *name)
        return None


def _place(name: Name) -> str:
    return f"setting {name[0]}.{name[1]}"
