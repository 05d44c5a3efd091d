"""State of the card as pages show it."""

import asyncio
import os

import pytest
from tests.storage.conftest import CardSlot

from ipcamd.storage.card import Card
from ipcamd.storage.card_state import CardState, card_state
from ipcamd.storage.disk import Disk


async def until(card: Card, state: CardState) -> None:
    async with asyncio.timeout(30):
        while card_state(card) is not state:  # noqa: ASYNC110 - what a page does
            await asyncio.sleep(0.01)


async def test_ready_none_full_and_ready_again(slot: CardSlot) -> None:
    slot.put(0)
    card = await slot.start()
    assert card_state(card) is CardState.READY
    card.insert(False)
    assert card_state(card) is CardState.NONE
    card.insert(True)
    await until(card, CardState.READY)
    slot.policy, card.limit_bytes = "stop", card.index.size_bytes + 1
    assert card_state(card) is CardState.FULL


async def test_a_card_that_becomes_read_only_and_writable_again(
    slot: CardSlot, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await slot.start()
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    await until(card, CardState.READ_ONLY)
    monkeypatch.undo()
    await until(card, CardState.READY)


async def test_a_card_that_cannot_be_read_is_faulty_until_it_can(
    slot: CardSlot, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await slot.start()
    monkeypatch.setattr("ipcamd.storage.card_scan.RETRY_S", 0.01)

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Disk, "entries", fail)
    card.insert(False)
    card.insert(True)
    await until(card, CardState.FAULTY)
    assert card.failure == "the card cannot be read: Input/output error"
    monkeypatch.undo()
    await until(card, CardState.READY)


async def test_formatting_reports_its_progress(slot: CardSlot, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        slot.put(number)
    card = await slot.start()
    real, seen = Disk.clear, list[float]()

    def clear(disk: Disk, note_progress) -> None:  # type: ignore[no-untyped-def]
        assert card_state(card) is CardState.FORMATTING

        def note(part: float) -> None:
            note_progress(part)
            assert card.formatted == part
            seen.append(part)

        real(disk, note)

    monkeypatch.setattr(Disk, "clear", clear)
    await card.format()
    assert seen == [0.25, 0.5, 0.75, 1]
    assert (card_state(card), card.formatted, len(card.index)) == (CardState.READY, None, 0)
