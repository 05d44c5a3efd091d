"""Stored PTZ positions: positions that survive a restart, in the key-value store."""

import json

from ipcamd.device.position import PtzPosition
from ipcamd.store.database import TransactionPart
from ipcamd.store.keyvalue import KeyValueStore

POSITION = "ptz.position"
"""Key of the resting position, as JSON."""
HOME = "ptz.home"
"""Key of the home position, as JSON."""
PATROL = "ptz.patrol"
"""Key of ``on`` while a patrol runs."""


class StoredPtzPositions:
    """The resting position, home, the presets, and whether a patrol runs."""

    def __init__(self, key_values: KeyValueStore) -> None:
        self._key_values = key_values

    @property
    def position(self) -> PtzPosition:
        """Last resting position."""
        return self._read(POSITION) or PtzPosition()

    @property
    def home(self) -> PtzPosition:
        """The home position; the whole picture if none was set."""
        return self._read(HOME) or PtzPosition()

    @property
    def patrols(self) -> bool:
        """Whether a patrol runs."""
        return self._key_values.get(PATROL) == "on"

    def preset(self, number: int) -> PtzPosition | None:
        """Return the position of a preset; None if there is none."""
        return self._read(_preset(number))

    async def save_position(self, position: PtzPosition) -> None:
        """Store the resting position. Raises ``StoreError``."""
        await self._write(POSITION, _text(position))

    async def save_home(self, position: PtzPosition) -> None:
        """Store the home position. Raises ``StoreError``."""
        await self._write(HOME, _text(position))

    async def save_preset(self, number: int, position: PtzPosition) -> None:
        """Store the position of a preset. Raises ``StoreError``."""
        await self._write(_preset(number), _text(position))

    async def save_patrols(self, running: bool) -> None:
        """Store whether a patrol runs. Raises ``StoreError``."""
        await self._write(PATROL, "on" if running else "off")

    def preset_part(self, number: int, position: PtzPosition | None) -> TransactionPart:
        """Return the transaction part that stores the position of a preset, or deletes it (None)."""
        key = _preset(number)
        return self._key_values.keep(key, _text(position)) if position else self._key_values.forget(key)

    def _read(self, key: str) -> PtzPosition | None:
        text = self._key_values.get(key)
        return PtzPosition(*json.loads(text)) if text else None

    async def _write(self, key: str, text: str) -> None:
        if self._key_values.get(key) != text:
            await self._key_values.set(key, text)


def _preset(number: int) -> str:
    return f"ptz.preset.{number}"


def _text(position: PtzPosition) -> str:
    return json.dumps([round(value, 4) for value in position])
