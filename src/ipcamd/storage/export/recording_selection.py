"""Selection of the recordings that cover a time range."""

from collections.abc import Iterable
from itertools import islice, takewhile

from ipcamd.dataclass import dataclass
from ipcamd.storage.recording import EVENT, RECORD, Recording

SHORTEST_NS = 500_000_000
"""Minimum length of a part: an event's clip and continuous recording overlap by fractions of a second."""


@dataclass(frozen=True, slots=True)
class ExportPart:
    """Part of one recording, in nanoseconds since the epoch, UTC."""

    recording: Recording
    start_ns: int
    end_ns: int

    @property
    def start_s(self) -> float:
        """Start of the part, in seconds from the recording's beginning."""
        return (self.start_ns - self.recording.started_ns) / 1e9

    @property
    def end_s(self) -> float:
        """End of the part, in seconds from the recording's beginning."""
        return (self.end_ns - self.recording.started_ns) / 1e9

    @property
    def size_bytes(self) -> int:
        """Estimated bytes of the part in the recording's file."""
        recording = self.recording
        return recording.size_bytes * (self.end_ns - self.start_ns) // (recording.ended_ns - recording.started_ns)


def select_parts(
    recordings: Iterable[Recording], since_ns: int, until_ns: int, with_writing: bool = False
) -> tuple[ExportPart, ...]:
    """Return the parts that cover the range, in order of time and without overlap.

    A continuous recording takes precedence over the clip of an event. Single pictures and recordings of unknown length
    are left out; so are recordings in progress unless `with_writing`.
    """
    usable = (r for r in recordings if _is_video(r) and (with_writing or not r.writing))
    ordered = sorted(usable, key=lambda r: r.started_ns)
    continuous = _cover((r for r in ordered if r.folder == RECORD), since_ns, until_ns)
    clips = [r for r in ordered if r.folder == EVENT]
    parts, place = list(continuous), 0
    for begin, end in find_gaps(continuous, since_ns, until_ns):
        while place < len(clips) and clips[place].ended_ns <= begin:
            place += 1
        parts += _cover(takewhile(lambda r: r.started_ns < end, islice(clips, place, None)), begin, end)  # noqa: B023
    return tuple(sorted(parts, key=lambda part: part.start_ns))


def find_gaps(parts: Iterable[ExportPart], since_ns: int, until_ns: int) -> list[tuple[int, int]]:
    """Return the gaps of the range that no part covers, of at least `SHORTEST_NS`."""
    gaps, begin = [], since_ns
    for part in parts:
        gaps.append((begin, part.start_ns))
        begin = part.end_ns
    return [(begin, end) for begin, end in (*gaps, (begin, until_ns)) if end - begin >= SHORTEST_NS]


def _is_video(recording: Recording) -> bool:
    return not recording.is_picture and recording.ended_ns > recording.started_ns


def _cover(recordings: Iterable[Recording], since_ns: int, until_ns: int) -> list[ExportPart]:
    """Return the parts of these recordings, which are in order of their starts; the earlier one takes precedence."""
    parts, free_ns = [], since_ns
    for recording in recordings:
        begin, end = max(recording.started_ns, free_ns), min(recording.ended_ns, until_ns)
        if end - begin >= SHORTEST_NS:
            parts.append(ExportPart(recording, begin, end))
            free_ns = end
    return parts
