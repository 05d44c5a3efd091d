import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.wire.avi.avi_files import NOON, SECOND, avi_file, pictures

from ipcamd.media import codecs
from ipcamd.storage.card import Card
from ipcamd.storage.disk import Disk
from ipcamd.storage.index import RecordingIndex
from ipcamd.storage.recording_name import name_of
from ipcamd.store.database import Database


class CardSlot:
    """Card slot with the camera's data about it; `again` simulates the next start of the camera."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "card"
        self.database = Database(folder / "state" / "ipcamd.db")
        self.policy = "recycle"
        self.notes: list[tuple[str, str]] = []
        self.card = self._card()

    def _card(self) -> Card:
        return Card(
            self.root, RecordingIndex(self.database), lambda: self.policy, lambda: UTC, lambda *n: self.notes.append(n)
        )

    async def start(self) -> Card:
        await self.card.start()
        await self.card.wait_until_read()
        return self.card

    async def again(self) -> Card:
        await self.card.stop()
        self.card = self._card()
        return await self.start()

    def put(
        self, number: int, folder: str = "record", data: bytes | None = None, model: str = "ipcamd", size: int = 0
    ) -> Path:
        """Lay a recording on the card, which began so many minutes after noon; `size` makes it at least so large."""
        began = NOON + number * 60 * SECOND
        path = self.root / folder / name_of(model, datetime.fromtimestamp(began / SECOND, UTC))
        path.parent.mkdir(parents=True, exist_ok=True)
        shown = [replace(p, captured_ns=p.captured_ns + began - NOON) for p in pictures(codecs.JPEG, 3)]
        shown[0] = replace(shown[0], payload=shown[0].payload + bytes(size))
        path.write_bytes(avi_file(shown, codecs.JPEG) if data is None else data)
        return path

    def names(self, folder: str = "record") -> list[str]:
        return [recording.name for recording in self.card.index.sorted_page(folder).recordings]


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    disk = Disk(tmp_path / "card")
    disk.make()
    card = disk.card()
    assert card
    disk.prepare(card)
    return disk


@pytest.fixture
async def slot(tmp_path: Path) -> AsyncIterator[CardSlot]:
    slot = CardSlot(tmp_path)
    yield slot
    await slot.card.stop()
    await asyncio.to_thread(slot.database.close)
