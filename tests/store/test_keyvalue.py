from pathlib import Path

from tests.store.group import GROUPS

from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.store.keyvalue import KeyValueStore


async def test_values_survive_a_restart(path: Path) -> None:
    with Database(path) as database:
        key_values = KeyValueStore(database)
        assert key_values.get("clock.offset") is None
        await key_values.set("clock.offset", "1")
        await key_values.set("clock.offset", "-2")
        assert key_values.get("clock.offset") == "-2"
    with Database(path) as database:
        assert KeyValueStore(database).get("clock.offset") == "-2"


async def test_all_but_some_are_dropped_with_a_factory_default(path: Path) -> None:
    with Database(path) as database:
        key_values, settings = KeyValueStore(database), Settings(database, GROUPS, {})
        await key_values.set("clock.offset", "1")
        await key_values.set("identity.mac", "02:00:00:00:00:01")
        await settings.reset(lambda _: False, key_values.forget_all_but("identity.mac"))
        assert (key_values.get("clock.offset"), key_values.get("identity.mac")) == (None, "02:00:00:00:00:01")
    with Database(path) as database:
        key_values = KeyValueStore(database)
        assert (key_values.get("clock.offset"), key_values.get("identity.mac")) == (None, "02:00:00:00:00:01")
