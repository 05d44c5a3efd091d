"""Reverse replay: groups of pictures, the last group first; within a group, pictures in order of capture. No sound."""

from collections.abc import Iterator, Sequence

from ipcamd.storage.replay.frame_entry import FrameEntry
from ipcamd.storage.replay.frame_selection import until
from ipcamd.storage.replay.start_frame import from_last_key_frame


def select_reverse(entries: Sequence[FrameEntry], latest_ns: int | None, earliest_ns: int) -> Sequence[FrameEntry]:
    """Return the frames of a file that are not later than `latest_ns`, from the last key frame not later than
    `earliest_ns` on."""
    return from_last_key_frame(entries if latest_ns is None else until(entries, latest_ns), earliest_ns)


def order_reverse(entries: Sequence[FrameEntry]) -> Iterator[tuple[FrameEntry, bool]]:
    """Yield the pictures group by group, the last group first, and whether each begins a group."""
    end = len(pictures := [entry for entry in entries if not entry.codec.is_audio])
    for start in range(len(pictures) - 1, -1, -1):
        if pictures[start].is_key:
            yield from ((entry, not number) for number, entry in enumerate(pictures[start:end]))
            end = start
