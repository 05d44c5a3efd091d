"""A process that brings a used database back to factory values: run as ``python resetting.py PATH LIVES``.

Each of its lives prints ``found``, its process id and the state that it found;
leaves traces of use; prints ``used``; resets; prints ``OK``; and waits to be killed.
"""

import os
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.access.opened_accounts import open_accounts
from tests.store.lives import live

from ipcamd.maintenance.factory_default import FactoryDefault
from ipcamd.options.reader import read_options
from ipcamd.params import ALL_GROUPS
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import CAMERA, Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.store.keyvalue import KeyValueStore

OPTIONS = read_options({}, {})
USED = ("door", ["admin", "boss"], "[9, 9, 2]")
FACTORY = ("", ["admin"], None)


class FactoryDefaultRig:
    """Parts of the camera that a factory default concerns."""

    def __init__(self, database: Database) -> None:
        self.settings = Settings(database, ALL_GROUPS, {})
        self.accounts = open_accounts(database)
        self.key_values = KeyValueStore(database)

    def state(self) -> str:
        place, names = self.settings["System.Info"]["ServerLocation"], self.accounts.names(Rank.ADMIN)
        found = (place, sorted(names), self.key_values.get("ptz.position"))
        return {str(USED): "used", str(FACTORY): "factory"}.get(str(found), str(found))

    async def use(self) -> None:
        place, _, position = USED
        await self.settings.update([Change("System.Info", "ServerLocation", place)])
        if not self.accounts.entry("boss"):
            await self.accounts.add("boss", "sunflower-7", Rank.ADMIN)
        await self.key_values.set("ptz.position", position)

    async def reset(self) -> None:
        await FactoryDefault(self.settings, self.accounts, self.key_values, OPTIONS, lambda: 0).reset(CAMERA)


async def main(path: Path) -> None:
    with Database(path) as database:
        parts = FactoryDefaultRig(database)
        print("found", os.getpid(), parts.state(), flush=True)
        if parts.accounts.ensure_administrator("admin"):
            parts.accounts.mark_password_printed()
        await parts.use()
        print(parts.state(), flush=True)
        await parts.reset()
        print("OK", flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    live(partial(main, Path(sys.argv[1])), int(sys.argv[2]))
