"""Frame rate of a source, by capture times."""

from itertools import accumulate

import pytest

from ipcamd.media.passthrough.frame_rate_meter import FrameRateMeter

DECLARED = 25.0


def rates(*pauses_ms: float) -> list[float]:
    """Return the rates after each picture, rounded; between the pictures are these pauses."""
    meter, found = FrameRateMeter(), []
    for time_ms in accumulate(pauses_ms, initial=1.0):
        meter.note(int(1e6 * time_ms))
        found.append(meter.rate(DECLARED))
    return found


@pytest.mark.parametrize("rate", [5, 15, 30, 60])
def test_the_rate_is_measured(rate: int) -> None:
    assert rates(*[1000 / rate] * 100)[-1] == pytest.approx(rate, rel=0.01)


def test_until_it_is_measured_it_is_the_declared_one() -> None:
    assert rates(*[100] * 4) == [DECLARED] * 5


@pytest.mark.parametrize("stored", [2, 10, 29])
def test_stored_pictures_at_the_start_do_not_count(stored: int) -> None:
    assert max(rates(*[1] * stored, *[1000 / 30] * 100)) < 30.1


def test_a_faster_source_is_noticed_within_two_seconds() -> None:
    assert rates(*[1000 / 15] * 60, *[1000 / 60] * 120)[-1] == pytest.approx(60, rel=0.01)


def test_pictures_that_come_in_pairs() -> None:
    assert rates(*[6, 1000 / 15 - 6] * 50)[-1] == pytest.approx(30, rel=0.05)
