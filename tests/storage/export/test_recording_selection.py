"""Recordings that an export contains."""

import pytest

from ipcamd.storage.export.recording_selection import find_gaps, select_parts
from ipcamd.storage.recording import Recording

SECOND = 1_000_000_000


def recording(folder: str, begin: float, end: float, name: str = "", writing: bool = False) -> Recording:
    """Return one from second to second."""
    name = name or f"{folder}-{begin}.avi"
    return Recording(folder, name, 1000, 0, int(begin * SECOND), int(end * SECOND), writing)


def selected(*known: Recording, since: float = 0, until: float = 1000) -> list[tuple[str, float, float]]:
    parts = select_parts(known, int(since * SECOND), int(until * SECOND))
    return [(part.recording.name, part.start_ns / SECOND, part.end_ns / SECOND) for part in parts]


def test_recordings_that_follow_one_another_are_cut_at_the_ends_of_the_range() -> None:
    known = [recording("record", 180 * n, 180 * (n + 1), f"{n}.avi") for n in (2, 0, 1, 3)]
    assert selected(*known, since=200, until=500) == [("1.avi", 200, 360), ("2.avi", 360, 500)]


def test_a_clip_of_an_event_only_fills_what_no_continuous_recording_shows() -> None:
    known = recording("record", 0, 100, "a.avi"), recording("record", 200, 300, "b.avi")
    clips = [recording("event", *times, f"{times[0]}.avi") for times in ((50, 60), (90, 120), (110, 130), (195, 400))]
    assert selected(*known, *clips, until=350) == [
        ("a.avi", 0, 100),
        ("90.avi", 100, 120),
        ("110.avi", 120, 130),
        ("195.avi", 195, 200),
        ("b.avi", 200, 300),
        ("195.avi", 300, 350),
    ]


@pytest.mark.parametrize(
    "unusable",
    [
        recording("event", 0, 10, "picture.jpg"),
        recording("record", 0, 10, writing=True),
        recording("record", 5, 5),
        recording("record", 990.7, 2000),
        recording("record", -10, 0.3),
    ],
    ids=["picture", "being written", "unknown length", "late", "early"],
)
def test_recordings_that_cannot_be_exported_are_omitted(unusable: Recording) -> None:
    assert selected(unusable, until=991) == []


def test_a_range_that_is_shorter_than_the_shortest_part() -> None:
    assert selected(recording("record", 0, 10), since=5, until=5.1) == []


def test_gaps() -> None:
    known = recording("record", 10, 20), recording("record", 20.1, 30), recording("record", 40, 50)
    parts = select_parts(known, 0, 60 * SECOND)
    assert [(a / SECOND, b / SECOND) for a, b in find_gaps(parts, 0, 60 * SECOND)] == [(0, 10), (30, 40), (50, 60)]


def test_a_month_of_recordings_takes_one_pass() -> None:
    day = [recording("record", 180 * n, 180 * n + 179.9) for n in range(14_400)]
    events = [recording("event", 30 * n, 30 * n + 20) for n in range(86_400)]
    assert len(selected(*day, *events, until=14_400 * 180)) == 14_400
