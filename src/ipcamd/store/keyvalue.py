"""Key-value store of facts that survive a restart: MAC address, clock offset."""

import sqlite3
from functools import partial

from ipcamd.store.database import Database, TransactionPart
from ipcamd.store.erasure import erase_keys


class KeyValueStore:
    """Names and texts. In memory for reading; a change reaches the disk first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._facts: dict[str, str] = dict(database.rows("SELECT name, value FROM key_value"))

    def get(self, name: str) -> str | None:
        """Return the fact, or None."""
        return self._facts.get(name)

    async def set(self, name: str, value: str) -> None:
        """Keep the fact; on return it is on the disk. Raises ``StoreError``, then nothing was changed."""
        await self._database.complete(self._take(self.keep(name, value)))

    def keep(self, name: str, value: str) -> TransactionPart:
        """Return the step that keeps the fact, for a change that other parts share."""

        def save(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO key_value VALUES (?, ?)", (name, value))

        return TransactionPart(save, lambda: self._facts.update({name: value}))

    def forget(self, name: str) -> TransactionPart:
        """Return the step that drops the fact."""

        def save(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM key_value WHERE name = ?", (name,))

        def done() -> None:
            self._facts.pop(name, None)

        return TransactionPart(save, done)

    def forget_all_but(self, *kept: str) -> TransactionPart:
        """Return the step that drops all other facts (factory default)."""

        def done() -> None:
            self._facts = {name: value for name, value in self._facts.items() if name in kept}

        return TransactionPart(partial(erase_keys, kept=kept), done)

    async def _take(self, step: TransactionPart) -> None:
        await self._database.write(step.save)
        step.done()
