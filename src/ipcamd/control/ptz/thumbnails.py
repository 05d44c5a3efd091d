"""Thumbnails of presets: small JPEG pictures taken when presets are stored. The key-value store contains them as
base64."""

import asyncio
import logging
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from functools import lru_cache
from zlib import crc32

from ipcamd.control.ptz.memory import PtzMemory
from ipcamd.errors import IpcamdError
from ipcamd.params.device.ptz import PRESETS
from ipcamd.store.database import TransactionPart
from ipcamd.store.keyvalue import KeyValueStore

_log = logging.getLogger(__name__)


class PresetThumbnails:
    """A thumbnail for each preset, numbered from 1. For the event loop."""

    def __init__(
        self,
        facts: KeyValueStore,
        memory: PtzMemory,
        take: Callable[[], Awaitable[bytes]] | None,
        tell: Callable[[], None],
    ) -> None:
        """`take` returns a small JPEG of the present picture, and raises ``IpcamdError`` without one; None: no
        thumbnails. `tell` is called for each new one."""
        self._facts, self._memory = facts, memory
        self._take, self._tell = take, tell
        self._making: dict[int, asyncio.Task[None]] = {}

    def picture(self, number: int) -> bytes | None:
        """Return the JPEG of a preset; None if there is none."""
        text = self._text(number)
        return b64decode(text) if text else None

    def tags(self) -> list[str]:
        """Return a tag of each preset, which changes with the thumbnail; "" without one."""
        return [_tag(text) if (text := self._text(number)) else "" for number in range(1, len(PRESETS) + 1)]

    def forget(self, number: int) -> TransactionPart:
        """Return the transaction part that deletes the thumbnail of a preset."""
        return self._facts.forget(_key(number))

    def make(self, number: int) -> None:
        """Create the thumbnail of a newly stored preset, in the background. A failure is logged."""
        if self._take is None:
            return
        if number in self._making:
            self._making[number].cancel()
        self._making[number] = asyncio.get_running_loop().create_task(self._make(number, self._take))

    async def close(self) -> None:
        """Cancel unfinished thumbnails."""
        for task in self._making.values():
            task.cancel()
        await asyncio.gather(*self._making.values(), return_exceptions=True)

    async def _make(self, number: int, take: Callable[[], Awaitable[bytes]]) -> None:
        position = self._memory.preset(number)
        try:
            picture = await take()
            if self._memory.preset(number) != position:
                return  # it was removed or stored again meanwhile
            await self._facts.set(_key(number), b64encode(picture).decode())
        except IpcamdError as error:
            _log.warning("preset %d has no thumbnail: %s", number, error)
            return
        self._tell()

    def _text(self, number: int) -> str | None:
        return self._facts.get(_key(number)) if self._memory.preset(number) else None


def _key(number: int) -> str:
    return f"ptz.thumbnail.{number}"


@lru_cache(maxsize=2 * len(PRESETS))
def _tag(text: str) -> str:
    return f"{crc32(text.encode()):08x}"
