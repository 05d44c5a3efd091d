"""The bytes recorded per day."""

from tests.storage.conftest import CardSlot
from tests.wire.avi.avi_files import NOON, SECOND

from ipcamd.storage.recording import Recording
from ipcamd.storage.recording_rate import bytes_per_day

HOUR = 3600 * SECOND
DAY = 24 * HOUR


async def test_how_much_is_recorded_a_day(slot: CardSlot) -> None:
    card = await slot.start()
    assert bytes_per_day(card, NOON) == 0
    for days, size in ((30, 9999), (4, 1000), (2, 3000)):
        began = NOON - days * DAY
        card.index.put(Recording("record", f"{days}", size, 0, began, began + HOUR))
    assert bytes_per_day(card, NOON) == 1000
    card.index.forget_all()
    card.index.put(Recording("record", "first", 100, 0, NOON - 60 * SECOND, NOON))
    assert bytes_per_day(card, NOON) == 2400  # no more than of an hour is concluded from a minute
