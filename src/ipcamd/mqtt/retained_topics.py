"""Retained topics: those that the broker stores for this camera; persistent, so that they can be cleared later."""

import json
from collections.abc import Iterable

from ipcamd.errors import StoreError
from ipcamd.store.keyvalue import KeyValueStore

_KEY = "mqtt.retained"


class RetainedTopics:
    """Topics at the present broker. For the event loop."""

    def __init__(self, key_values: KeyValueStore) -> None:
        self._key_values = key_values
        self._topics: set[str] = set(json.loads(key_values.get(_KEY) or "[]"))

    def __bool__(self) -> bool:
        return bool(self._topics)

    def without(self, kept: Iterable[str]) -> set[str]:
        """Return the retained topics that are not in `kept`."""
        return self._topics.difference(kept)

    async def add(self, topics: Iterable[str]) -> None:
        """Store topics before they are published. Raises ``StoreError``."""
        if missing := set(topics) - self._topics:
            self._topics |= missing
            try:
                await self._save()
            except StoreError:
                self._topics -= missing
                raise

    async def remove(self, topics: Iterable[str]) -> None:
        """Remove cleared topics. Raises ``StoreError``."""
        self._topics -= set(topics)
        await self._save()

    async def _save(self) -> None:
        await self._key_values.set(_KEY, json.dumps(sorted(self._topics)))
