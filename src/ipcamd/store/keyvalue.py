"""Key-value store of small values that survive a restart: MAC address, clock offset."""

import sqlite3
from functools import partial

from ipcamd.store.database import Database, TransactionPart
from ipcamd.store.erasure import erase_keys


class KeyValueStore:
    """Texts by name, read from memory; a change reaches the disk first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._key_values: dict[str, str] = dict(database.rows("SELECT name, value FROM key_value"))

    def get(self, name: str) -> str | None:
        """Return the value; None if there is none."""
        return self._key_values.get(name)

    async def set(self, name: str, value: str) -> None:
        """Store the value; it is on the disk on return. Raises ``StoreError`` if nothing was changed."""
        await self._database.complete(self._take(self.keep(name, value)))

    def keep(self, name: str, value: str) -> TransactionPart:
        """Return the transaction part that stores the value, for a change shared with other parts."""

        def save(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO key_value VALUES (?, ?)", (name, value))

        return TransactionPart(save, lambda: self._key_values.update({name: value}))

    def forget(self, name: str) -> TransactionPart:
        """Return the transaction part that deletes the value."""

        def save(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM key_value WHERE name = ?", (name,))

        return TransactionPart(save, lambda: self._key_values.pop(name, None))

    def forget_all_but(self, *kept: str) -> TransactionPart:
        """Return the transaction part that deletes all other values, for a factory default."""

        def done() -> None:
            self._key_values = {name: value for name, value in self._key_values.items() if name in kept}

        return TransactionPart(partial(erase_keys, kept=kept), done)

    async def _take(self, step: TransactionPart) -> None:
        await self._database.write(step.save)
        step.done()
