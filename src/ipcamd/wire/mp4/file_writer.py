"""MP4 file writer: returns the bytes of a file of fragments, playable while it is written. See `ContainerWriter`.

Each fragment holds the frames from one key frame to the next, or of `LONGEST_FRAGMENT_S`. The head contains the capture
time of the first picture, and room for an index, which is written when the file is closed.
"""

from itertools import pairwise
from typing import NamedTuple

from ipcamd.time_units import SECOND_NS
from ipcamd.wire.mp4.fragment import Run, RunSample, format_fragment
from ipcamd.wire.mp4.init_segment import format_init_segment
from ipcamd.wire.mp4.segment_index import Segment, format_index, reserve_index
from ipcamd.wire.mp4.start_time import format_start
from ipcamd.wire.mp4.tracks import Mp4Format, Track

GAP_NS = 10 * SECOND_NS
"""A longer time without a picture means that the clock was set: the next picture follows at once."""
SHORTEST_FRAGMENT_S = 0.4
"""Shortest duration of a fragment, for frequent key frames."""
LONGEST_FRAGMENT_S = 2
"""Longest duration of a fragment, for rare key frames, in seconds; a power cut loses one fragment."""
_OVERLAP_S = 0.1
"""Sound that overlaps the previous sound by less is placed after it; other overlapping sound is left out."""


class _Frame(NamedTuple):
    """Frame of a fragment that is not complete."""

    time: int
    """In its track's units."""
    data: bytes
    key: bool = True


class FileState(NamedTuple):
    """State of a writer."""

    pictures: tuple[_Frame, ...]
    sounds: tuple[_Frame, ...]
    audio_end: int
    """End of the sound so far, in its track's units."""
    segments: int
    """Number of segments."""
    sequence: int
    """Number of fragments."""
    size_bytes: int


class Mp4FileWriter:
    """One file, from a key frame on."""

    ending = "mp4"
    """End of a file's name."""

    def __init__(self, mp4_format: Mp4Format, rate: int, origin_ns: int) -> None:
        """Times count from `origin_ns`. `rate` is pictures per second, at most."""
        self.format = mp4_format
        self.origin = origin_ns
        self._zero_ns = self._last_ns = origin_ns
        self._frame_duration = mp4_format.video.timescale // max(1, rate)
        self._pictures: list[_Frame] = []
        self._sounds: list[_Frame] = []
        self._segments: list[Segment] = []
        self._audio_end = 0
        """End of the sound so far, in its track's units."""
        self._sequence = 0
        self._size_bytes = 0
        self._head_bytes = len(self.head())

    @property
    def length(self) -> int:
        """Duration of the pictures, in nanoseconds."""
        return self._end_time * SECOND_NS // self.format.video.timescale

    @property
    def size(self) -> int:
        """Bytes of the file when it is closed."""
        return self.end + sum(len(frame.data) for frame in (*self._pictures, *self._sounds))

    @property
    def end(self) -> int:
        """End of the last complete fragment, in bytes from the beginning."""
        return self._head_bytes + self._size_bytes

    def picture(self, payload: bytes, key: bool, captured_ns: int) -> list[bytes]:
        """Return the bytes to append for a picture with this capture time: the previous fragment, if it is complete."""
        if not 0 <= captured_ns - self._last_ns <= GAP_NS:
            self._zero_ns = captured_ns - self.length
        self._last_ns = captured_ns
        track = self.format.video
        time = self._time_of(captured_ns, track)
        if self._pictures:
            time = max(time, self._pictures[-1].time + 1)
        pieces = self._end_fragment(time) if self._is_complete(key, time) else []
        self._pictures.append(_Frame(time, track.make_sample(payload), key))
        return pieces

    def sound(self, payload: bytes, captured_ns: int) -> list[bytes]:
        """Add a frame of sound with this start time, if it fits; return no bytes."""
        track = self.format.sound
        if not track or not self._pictures or not self._zero_ns <= captured_ns <= self._last_ns + GAP_NS:
            return []
        time = self._time_of(captured_ns, track)
        if time >= self._audio_end - _OVERLAP_S * track.timescale:
            self._sounds.append(_Frame(max(time, self._audio_end), payload))
            self._audio_end = self._sounds[-1].time + track.measure(payload)
        return []

    def stretch(self, until_ns: int) -> list[bytes]:
        """Return no bytes: the last picture lasts as long as the one before."""
        return []

    def head(self, *, closed: bool = False) -> bytes:
        """Return the head; `closed` if everything else is written."""
        opening = format_init_segment(self.format.tracks, self._frame_duration, self.origin) + format_start(self.origin)
        if not closed:
            return opening + reserve_index()
        begun = [Segment(self._size_bytes, self._pictures[0].time)] if self._begins_segment else []
        end = Segment(self._size_bytes + len(self.index()), self._end_time)
        video = self.format.video
        return opening + format_index(video.id, video.timescale, [*self._segments, *begun], end)

    def index(self) -> bytes:
        """Return the last fragment, with which a closed file ends."""
        return b"".join(self._format_fragment(self._end_time)) if self._pictures else b""

    def mark(self) -> FileState:
        """Return the state for `back`."""
        pictures, sounds = tuple(self._pictures), tuple(self._sounds)
        return FileState(pictures, sounds, self._audio_end, len(self._segments), self._sequence, self._size_bytes)

    def back(self, mark: FileState) -> None:
        """Drop the data since `mark`, which could not be written."""
        self._pictures, self._sounds = list(mark.pictures), list(mark.sounds)
        self._audio_end, self._sequence, self._size_bytes = mark.audio_end, mark.sequence, mark.size_bytes
        del self._segments[mark.segments :]

    def _time_of(self, captured_ns: int, track: Track) -> int:
        """Return the nearest time of a track."""
        return round((captured_ns - self._zero_ns) * track.timescale / SECOND_NS)

    @property
    def _end_time(self) -> int:
        """End of the last picture, in units of its track."""
        last = self._pictures[-2:]
        if not last:
            return 0
        return last[-1].time + (last[1].time - last[0].time if len(last) == 2 else self._frame_duration)

    @property
    def _begins_segment(self) -> bool:
        """Whether the fragment that is not complete begins with a key frame."""
        return bool(self._pictures) and self._pictures[0].key

    def _is_complete(self, key: bool, time: int) -> bool:
        """Return whether a fragment ends where a picture begins."""
        if not self._pictures:
            return False
        length_s = (time - self._pictures[0].time) / self.format.video.timescale
        return length_s >= LONGEST_FRAGMENT_S or (key and length_s >= SHORTEST_FRAGMENT_S)

    def _end_fragment(self, time: int) -> list[bytes]:
        """Return the fragment of the frames so far, whose last picture ends at `time`."""
        pieces = self._format_fragment(time)
        if self._begins_segment:
            self._segments.append(Segment(self._size_bytes, self._pictures[0].time))
        self._sequence += 1
        self._size_bytes += sum(map(len, pieces))
        self._pictures, self._sounds = [], []
        return pieces

    def _format_fragment(self, time: int) -> list[bytes]:
        runs = [_make_run(self.format.video.id, self._pictures, time)]
        if self.format.sound and self._sounds:
            runs.append(_make_run(self.format.sound.id, self._sounds, self._audio_end))
        return format_fragment(self._sequence + 1, runs)


def _make_run(track_id: int, frames: list[_Frame], end: int) -> Run:
    """Return a run of frames, each of which lasts until the next one, the last one until `end`."""
    ends = [*(after.time for _, after in pairwise(frames)), end]
    samples = [RunSample(f.data, until - f.time, f.key) for f, until in zip(frames, ends, strict=True)]
    return Run(track_id, frames[0].time, samples)
