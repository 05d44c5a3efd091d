"""Selection of the frames of a file that a replay sends. No I/O. Entries are in the order of the file."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from ipcamd.media.codecs import Codec
from ipcamd.storage.replay.frame_entry import FrameEntry


def of_tracks(entries: Iterable[FrameEntry], codecs: Collection[Codec]) -> list[FrameEntry]:
    """Return the frames of these codecs."""
    return [entry for entry in entries if entry.codec in codecs]


def after(entries: Iterable[FrameEntry], sent_ns: Mapping[Codec, int]) -> list[FrameEntry]:
    """Return the frames that are later than the last sent frame of their track."""
    latest_ns = max(sent_ns.values(), default=0)
    return [entry for entry in entries if entry.time_ns > sent_ns.get(entry.codec, latest_ns)]


def until(entries: Iterable[FrameEntry], end_ns: int) -> list[FrameEntry]:
    """Return the frames that are not later than `end_ns`."""
    return [entry for entry in entries if entry.time_ns <= end_ns]


def newest_of_each(entries: Sequence[FrameEntry]) -> dict[Codec, int]:
    """Return the index of the last frame of each track."""
    return {entry.codec: number for number, entry in enumerate(entries)}


class KeyFrameFilter:
    """Selects key frames at a minimum distance, across successive files."""

    def __init__(self, interval_ns: int) -> None:
        self._interval_ns = interval_ns
        self._last_ns: int | None = None

    def select(self, entries: Iterable[FrameEntry]) -> list[FrameEntry]:
        """Return the key frames that are far enough from the previous one."""
        return [entry for entry in entries if entry.is_key and not entry.codec.is_audio and self._is_due(entry)]

    def _is_due(self, entry: FrameEntry) -> bool:
        if self._last_ns is not None and abs(entry.time_ns - self._last_ns) < self._interval_ns:
            return False
        self._last_ns = entry.time_ns
        return True
