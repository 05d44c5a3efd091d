"""Frames of an MP4 recording, with their times. For threads."""

from collections.abc import Iterator

from ipcamd.storage.replay.catalog import Section
from ipcamd.storage.replay.frame_entry import FrameEntry
from ipcamd.time_units import SECOND_NS
from ipcamd.wire.mp4.reader import Mp4Frame, Read, iterate_fragments, read_head
from ipcamd.wire.mp4.sample_entry import to_annex_b
from ipcamd.wire.mp4.tracks import VideoTrack


class Mp4Frames:
    """Frames of one file. See `FrameReader`."""

    def __init__(self, section: Section) -> None:
        self._section = section
        self._end: int | None = None
        """Offset after the last known fragment; None before the first call."""
        self._audio_timescale = 1

    def new_entries(self, read: Read, size_bytes: int) -> Iterator[FrameEntry]:
        """See `FrameReader`."""
        if self._end is None:
            head = read_head(read, size_bytes)
            self._end = head.end
            self._audio_timescale = head.sound.timescale if head.sound else 1
        for fragment in iterate_fragments(read, size_bytes, self._end):
            self._end = fragment.end
            entries = [entry for frame in fragment.frames if (entry := self._entry(frame))]
            yield from sorted(entries, key=lambda entry: entry.time_ns)

    def _entry(self, frame: Mp4Frame) -> FrameEntry | None:
        is_picture = frame.track_id == VideoTrack.id
        codec = self._section.format.codec if is_picture else self._section.format.sound
        timescale = VideoTrack.timescale if is_picture else self._audio_timescale
        time_ns = self._section.recording.started_ns + frame.time * SECOND_NS // timescale
        return FrameEntry(codec, frame.place, frame.length, time_ns, frame.is_key) if codec else None

    def payload(self, entry: FrameEntry, data: bytes) -> bytes:
        """See `FrameReader`."""
        if entry.codec.is_audio:
            return data
        return (self._section.format.parameter_sets if entry.is_key else b"") + to_annex_b(data)
