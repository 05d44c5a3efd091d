"""Stored positions of the pan-tilt head and of the lens: they survive a restart, in the key-value store."""

import json
from collections.abc import Iterable

from ipcamd.device.position import LensPosition, PtzPosition
from ipcamd.store.database import TransactionPart
from ipcamd.store.keyvalue import KeyValueStore

PTZ_POSITION = "ptz.position"
"""Key of the resting position, as JSON."""
HOME = "ptz.home"
"""Key of the home position, as JSON."""
PATROL = "ptz.patrol"
"""Key of ``on`` while a patrol runs."""
LENS_POSITION = "lens.position"
"""Key of the resting position of zoom and focus, as JSON."""


class StoredPtzPositions:
    """The resting position, home, the presets, and whether a patrol runs."""

    def __init__(self, key_values: KeyValueStore) -> None:
        self._key_values = key_values

    @property
    def position(self) -> PtzPosition:
        """Last resting position."""
        return self._read(PTZ_POSITION) or PtzPosition()

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
        await _write(self._key_values, PTZ_POSITION, _text(position))

    async def save_home(self, position: PtzPosition) -> None:
        """Store the home position. Raises ``StoreError``."""
        await _write(self._key_values, HOME, _text(position))

    async def save_preset(self, number: int, position: PtzPosition) -> None:
        """Store the position of a preset. Raises ``StoreError``."""
        await _write(self._key_values, _preset(number), _text(position))

    async def save_patrols(self, running: bool) -> None:
        """Store whether a patrol runs. Raises ``StoreError``."""
        await _write(self._key_values, PATROL, "on" if running else "off")

    def preset_part(self, number: int, position: PtzPosition | None) -> TransactionPart:
        """Return the transaction part that stores the position of a preset, or deletes it (None)."""
        key = _preset(number)
        return self._key_values.keep(key, _text(position)) if position else self._key_values.forget(key)

    def _read(self, key: str) -> PtzPosition | None:
        text = self._key_values.get(key)
        return PtzPosition(*json.loads(text)) if text else None


class StoredLensPosition:
    """The resting position of zoom and focus."""

    def __init__(self, key_values: KeyValueStore) -> None:
        self._key_values = key_values

    @property
    def position(self) -> LensPosition | None:
        """Last resting position; None if the lens never moved."""
        text = self._key_values.get(LENS_POSITION)
        return LensPosition(*json.loads(text)) if text else None

    async def save_position(self, position: LensPosition) -> None:
        """Store the position. Raises ``StoreError``."""
        await _write(self._key_values, LENS_POSITION, _text(position))


async def _write(key_values: KeyValueStore, key: str, text: str) -> None:
    if key_values.get(key) != text:
        await key_values.set(key, text)


def _preset(number: int) -> str:
    return f"ptz.preset.{number}"


def _text(position: Iterable[float]) -> str:
    return json.dumps([round(value, 4) for value in position])
