"""Sink of the card: captured files and a full card."""

from pathlib import Path
from typing import cast

import pytest

from ipcamd.app.recording import card_sink
from ipcamd.errors import CardError
from ipcamd.event_bus import Event, EventKind
from ipcamd.recording.clip_file import ClipFile
from ipcamd.storage.card import Card, WholeFile

EVENT = Event(EventKind.MOTION, 0, 1)
PICTURES = [ClipFile(Path(), f"{number}.jpg", "image/jpeg", 1, 0, 0, EVENT, "door") for number in range(3)]


class FillingCard:
    """SD card with space for a limited number of files."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.names: list[str] = []

    async def add_clip(self, clip: WholeFile) -> None:
        if len(self.names) == self.room:
            raise CardError("the SD card is full")
        self.names.append(clip.name)


async def test_all_files_of_a_capture_are_kept() -> None:
    card = FillingCard(3)
    await card_sink(cast(Card, card))(PICTURES)
    assert card.names == ["0.jpg", "1.jpg", "2.jpg"]


@pytest.mark.parametrize(("room", "words"), [(0, "full$"), (2, "full; 2 of 3 files are kept$")])
async def test_a_card_that_gets_full_keeps_what_it_has(room: int, words: str) -> None:
    card = FillingCard(room)
    with pytest.raises(CardError, match=words):
        await card_sink(cast(Card, card))(PICTURES)
    assert len(card.names) == room
