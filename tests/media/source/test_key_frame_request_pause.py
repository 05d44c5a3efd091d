"""Requests for key frames to a source: at most one per second."""

import pytest

from ipcamd.media.source.key_frame_request_pause import KeyFrameRequestPause
from ipcamd.time_units import SECOND_NS

NOON = 1_750_000_000 * SECOND_NS


class Source:
    """Counts requests."""

    def __init__(self) -> None:
        self.requests = 0

    def request_key_frame(self) -> None:
        self.requests += 1


def test_requests_are_at_least_a_second_apart() -> None:
    source = Source()
    pause = KeyFrameRequestPause(source)
    sent = []
    for tenth in range(25):
        pause.request(NOON + tenth * SECOND_NS // 10)
        sent.append(source.requests)
    assert sent == [1] * 10 + [2] * 10 + [3] * 5


def test_no_request_follows_a_key_frame_within_a_second() -> None:
    source = Source()
    pause = KeyFrameRequestPause(source)
    pause.note_key_frame(NOON)
    pause.request(NOON + SECOND_NS - 1)
    assert source.requests == 0
    pause.request(NOON + SECOND_NS)
    assert source.requests == 1


@pytest.mark.parametrize("step_s", [-3600, 3600])
def test_a_clock_that_is_set_delays_no_request(step_s: int) -> None:
    source = Source()
    pause = KeyFrameRequestPause(source)
    pause.request(NOON)
    pause.request(NOON + step_s * SECOND_NS)
    assert source.requests == 2
