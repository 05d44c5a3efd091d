"""Stored lens position: the last resting position of the lens, in the key-value store."""

import json

from ipcamd.device.position import LensPosition
from ipcamd.store.keyvalue import KeyValueStore

POSITION = "lens.position"
"""Key of zoom and focus, as JSON."""


class StoredLensPosition:
    """The position at rest."""

    def __init__(self, key_values: KeyValueStore) -> None:
        self._key_values = key_values

    @property
    def position(self) -> LensPosition | None:
        """Last resting position; None if the lens never moved."""
        text = self._key_values.get(POSITION)
        return LensPosition(*json.loads(text)) if text else None

    async def save_position(self, position: LensPosition) -> None:
        """Store the position. Raises ``StoreError``."""
        text = json.dumps([round(value, 4) for value in position])
        if self._key_values.get(POSITION) != text:
            await self._key_values.set(POSITION, text)
