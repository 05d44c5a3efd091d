"""Thumbnails of presets: small JPEG pictures taken when presets are stored. The key-value store contains them as
base64."""

import asyncio
import logging
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from functools import lru_cache
from zlib import crc32

from ipcamd.control.stored_positions import StoredPtzPositions
from ipcamd.errors import IpcamdError
from ipcamd.params.device.privacy import MASK_GROUPS
from ipcamd.params.device.ptz import PRESETS
from ipcamd.settings.settings import Settings
from ipcamd.store.database import TransactionPart
from ipcamd.store.keyvalue import KeyValueStore
from ipcamd.workers.tasks import end_tasks

_MASKS_END = ":"
"""End of the prefix for the masks; does not occur in base64."""

_log = logging.getLogger(__name__)


class PresetThumbnails:
    """A thumbnail for each preset, numbered from 1. For the event loop.

    A thumbnail is shown only while the privacy masks are those with which it was taken.
    """

    def __init__(
        self,
        key_values: KeyValueStore,
        stored: StoredPtzPositions,
        settings: Settings,
        take: Callable[[], Awaitable[bytes]] | None,
        tell: Callable[[], None],
    ) -> None:
        """`take` returns a small JPEG of the present picture, and raises ``IpcamdError`` without one; None: no
        thumbnails. `tell` is called for each new one."""
        self._key_values, self._stored, self._settings = key_values, stored, settings
        self._take, self._tell = take, tell
        self._making: dict[int, asyncio.Task[None]] = {}

    def picture(self, number: int) -> bytes | None:
        """Return the JPEG of a preset; None if there is none."""
        text = self._text(number, self._masks())
        return b64decode(text) if text else None

    def tags(self) -> list[str]:
        """Return a tag of each preset, which changes with the thumbnail; "" without one."""
        masks = self._masks()
        return [_tag(text) if (text := self._text(number, masks)) else "" for number in range(1, len(PRESETS) + 1)]

    def forget(self, number: int) -> TransactionPart:
        """Return the transaction part that deletes the thumbnail of a preset."""
        return self._key_values.forget(_key(number))

    def make(self, number: int) -> None:
        """Create the thumbnail of a newly stored preset, in the background. A failure is logged."""
        if self._take is None:
            return
        if number in self._making:
            self._making[number].cancel()
        self._making[number] = asyncio.get_running_loop().create_task(self._make(number, self._take))

    async def close(self) -> None:
        """Cancel unfinished thumbnails."""
        await end_tasks(*self._making.values())

    async def _make(self, number: int, take: Callable[[], Awaitable[bytes]]) -> None:
        position, masks = self._stored.preset(number), self._masks()
        try:
            picture = await take()
            if self._stored.preset(number) != position:
                return  # it was removed or stored again meanwhile
            await self._key_values.set(_key(number), masks + b64encode(picture).decode())
        except IpcamdError as error:
            _log.warning("preset %d has no thumbnail: %s", number, error)
            return
        self._tell()

    def _text(self, number: int, masks: str) -> str | None:
        """Return the base64 of a thumbnail; None if there is none, or if it was taken with other privacy masks than
        `masks`."""
        text = self._key_values.get(_key(number)) if self._stored.preset(number) else None
        if text is None or _MASKS_END in text[len(masks) :] or not text.startswith(masks):
            return None
        return text[len(masks) :]

    def _masks(self) -> str:
        """Return the prefix of the stored text of a picture taken with the present masks; "" without masks."""
        groups = [self._settings[group.name] for group in MASK_GROUPS]
        enabled = [tuple(values.items()) for values in groups if values.flag("Enabled")]
        return f"{crc32(repr(enabled).encode()):08x}{_MASKS_END}" if enabled else ""


def _key(number: int) -> str:
    return f"ptz.thumbnail.{number}"


@lru_cache(maxsize=2 * len(PRESETS))
def _tag(text: str) -> str:
    return f"{crc32(text.encode()):08x}"
