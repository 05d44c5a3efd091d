from pathlib import Path

from tests.store.group import GROUPS

from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.store.keyvalue import KeyValueStore


async def test_facts_survive_a_restart(path: Path) -> None:
    with Database(path) as database:
        facts = KeyValueStore(database)
        assert facts.get("clock.offset") is None
        await facts.set("clock.offset", "1")
        await facts.set("clock.offset", "-2")
        assert facts.get("clock.offset") == "-2"
    with Database(path) as database:
        assert KeyValueStore(database).get("clock.offset") == "-2"


async def test_all_but_some_are_dropped_with_a_factory_default(path: Path) -> None:
    with Database(path) as database:
        facts, settings = KeyValueStore(database), Settings(database, GROUPS, {})
        await facts.set("clock.offset", "1")
        await facts.set("identity.mac", "02:00:00:00:00:01")
        await settings.reset(lambda _: False, facts.forget_all_but("identity.mac"))
        assert (facts.get("clock.offset"), facts.get("identity.mac")) == (None, "02:00:00:00:00:01")
    with Database(path) as database:
        facts = KeyValueStore(database)
        assert (facts.get("clock.offset"), facts.get("identity.mac")) == (None, "02:00:00:00:00:01")
