"""Start frame: the key frame of a file at which a replay starts. No I/O. Entries are in the order of the file."""

from collections.abc import Sequence

from ipcamd.storage.replay.frame_entry import FrameEntry

EARLY_NS = 20_000_000
"""Tolerance in nanoseconds: the times of pictures are rounded to time slots."""


def from_last_key_frame(entries: Sequence[FrameEntry], start_ns: int) -> Sequence[FrameEntry]:
    """Return the frames from the last key frame that is not later than `start_ns`, otherwise from the first key frame.

    Without pictures, return the frames from `start_ns` on.
    """
    keys = [number for number, entry in enumerate(entries) if entry.is_key and not entry.codec.is_audio]
    if not keys:
        return _from_moment(entries, start_ns)
    before = [number for number in keys if entries[number].time_ns <= start_ns + EARLY_NS]
    start = before[-1] if before else keys[0]
    while (
        start and entries[start - 1].codec.is_audio and entries[start - 1].time_ns >= entries[start].time_ns - EARLY_NS
    ):
        start -= 1  # sound of the same moment precedes the picture in the file
    return entries[start:]


def from_next_key_frame(entries: Sequence[FrameEntry], start_ns: int) -> Sequence[FrameEntry]:
    """Return the frames from the first key frame that is not earlier than `start_ns`."""
    return from_last_key_frame(_from_moment(entries, start_ns), start_ns)


def _from_moment(entries: Sequence[FrameEntry], start_ns: int) -> Sequence[FrameEntry]:
    """Return the frames from the first one that is not earlier than `start_ns`."""
    found = (number for number, entry in enumerate(entries) if entry.time_ns >= start_ns - EARLY_NS)
    return entries[next(found, len(entries)) :]
