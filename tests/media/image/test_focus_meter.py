"""Focus meter: less for more blur, only while it is wanted, with the times of the picture."""

import asyncio

from tests.media.image.test_blur import edge
from tests.media.scripted_source import grey

from ipcamd.media.image.blur import Blurrer
from ipcamd.media.image.focus_meter import FocusMeter, measure_sharpness


def test_sharpness_falls_with_blur() -> None:
    readings = [measure_sharpness(Blurrer().blur(edge(), amount)) for amount in (0, 1, 3, 8, 20, 50)]
    assert readings == sorted(readings, reverse=True)
    assert readings[-1] < readings[0] / 10
    assert measure_sharpness(grey(77)) == 0


async def test_it_measures_while_that_is_wanted() -> None:
    changes = list[None]()
    meter = FocusMeter(lambda: changes.append(None))
    meter.offer(edge(), 5.0, 0.1)
    with meter.measure() as readings:
        assert meter.wanted
        await asyncio.to_thread(meter.offer, edge(), 7.0, 0.25)
        reading = await readings.get()
        assert (reading.viewed_s, reading.captured_s) == (7.0, 6.75)
        assert reading.sharpness > 0
        await asyncio.to_thread(meter.offer, edge(), 7.0, -3600)  # the clock was set
        assert (await readings.get()).captured_s == 7.0
    meter.offer(edge(), 9.0, 0.1)
    assert readings.empty()
    assert (meter.wanted, len(changes)) == (False, 2)
