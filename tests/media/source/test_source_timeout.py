"""Silence limit: a source that was slow may be silent for longer."""

import pytest

from ipcamd.media.source.source_timeout import SourceTimeout


@pytest.mark.parametrize(
    ("times", "limit_s"),
    [
        ([], 15),
        ([5], 15),
        ([5, 5.04], 2),
        ([0, 3], 6),
        ([0, 5, 10, 15], 10),
        ([0, 25], 30),
        ([0, 3, 3.1, 3.2, 3.3], 6),
        ([0, 3, 3.1, 3.2, 3.3, 3.4], 2),
    ],
)
def test_the_limit_is_twice_the_longest_recent_gap(times: list[float], limit_s: float) -> None:
    limit = SourceTimeout(15, 2)
    for time_s in times:
        limit.note_picture(time_s)
    assert float(limit) == limit_s


def test_the_time_until_a_source_is_back_is_no_gap() -> None:
    limit = SourceTimeout(15, 2)
    for time_s in (0, 0.1, 0.2):
        limit.note_picture(time_s)
    limit.restart()
    limit.note_picture(20)
    assert float(limit) == 2


def test_the_messages_distinguish_opening_from_interruption() -> None:
    limit = SourceTimeout(15, 2)
    assert limit.words == "does not answer for 15 s"
    for time_s in (0, 0.1):
        limit.note_picture(time_s)
    assert limit.words == "sends nothing for 2 s"
