"""Retained topics: they are stored before they are published, also after a failure."""

from pathlib import Path

import pytest

from ipcamd.errors import StoreError
from ipcamd.mqtt.retained_topics import RetainedTopics
from ipcamd.store.database import Database
from ipcamd.store.keyvalue import KeyValueStore


class FailingStore(KeyValueStore):
    """A store whose next change fails."""

    fails = True

    async def set(self, name: str, value: str) -> None:
        if self.fails:
            self.fails = False
            raise StoreError("the disk is full")
        await super().set(name, value)


async def test_a_topic_that_could_not_be_stored_is_stored_with_the_next_attempt(tmp_path: Path) -> None:
    database = Database(tmp_path / "ipcamd.db")
    key_values = FailingStore(database)
    topics = RetainedTopics(key_values)
    with pytest.raises(StoreError):
        await topics.add(["camera/status"])
    await topics.add(["camera/status"])
    assert RetainedTopics(key_values).without(()) == {"camera/status"}
    await topics.remove(["camera/status"])
    assert not RetainedTopics(key_values)
    database.close()
