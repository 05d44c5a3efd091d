"""MP4 writer: returns the bytes of a stream or file of fragments, piece by piece. A file plays at any moment.

Each frame is a fragment. Before that of a key frame stands when it was captured.
"""

from dataclasses import replace
from typing import NamedTuple

from ipcamd.dataclass import dataclass
from ipcamd.wire.mp4.fragment import format_fragment, format_reference_time
from ipcamd.wire.mp4.init_segment import format_init_segment
from ipcamd.wire.mp4.tracks import SoundTrack, Track, VideoTrack

_SECOND_NS = 1_000_000_000


class Mp4Format(NamedTuple):
    """Tracks of a stream or file. Another format needs another initialization segment."""

    video: VideoTrack
    sound: SoundTrack | None

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The tracks."""
        return (self.video, self.sound) if self.sound else (self.video,)


@dataclass(slots=True)
class FragmentState:
    """State of a writer."""

    duration: int
    """Of the last picture, in units of its track."""
    time: int = -1
    """Of the last picture; -1 before the first."""
    sequence: int = 0
    """Fragments so far."""
    size_bytes: int = 0
    """Bytes of the fragments."""


class Mp4Writer:
    """One stream or file, from a key frame on. For files see `ContainerWriter`."""

    ending = "mp4"
    """End of a file's name."""

    def __init__(self, mp4_format: Mp4Format, rate: int, origin_ns: int) -> None:
        """Times count from `origin_ns`. `rate` is pictures per second: the first lasts so long."""
        self.format = mp4_format
        self.origin = origin_ns
        self._opening = format_init_segment(mp4_format.tracks)
        self._state = FragmentState(mp4_format.video.timescale // max(1, rate))

    @property
    def length(self) -> int:
        """Duration of the pictures, in nanoseconds."""
        units = self._state.time + self._state.duration if self._state.time >= 0 else 0
        return units * _SECOND_NS // self.format.video.timescale

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.end

    @property
    def end(self) -> int:
        """End of the fragments, in bytes from the beginning."""
        return len(self._opening) + self._state.size_bytes

    def picture(self, payload: bytes, key: bool, captured_ns: int) -> list[bytes]:
        """Return the bytes to append for a picture captured then.

        How long it is to be shown is not known yet: as long as the last one.
        """
        track, state = self.format.video, self._state
        time = max(state.time + 1, (captured_ns - self.origin) * track.timescale // _SECOND_NS)
        if state.time >= 0:
            state.duration = min(time - state.time, 2 * track.timescale)
        state.time = time
        reference = [format_reference_time(track.id, captured_ns, time)] if key else []
        return self._append(track, time, state.duration, track.make_sample(payload), key, reference)

    def sound(self, payload: bytes, captured_ns: int) -> list[bytes]:
        """Return the bytes to append for a frame of sound that began then; none for one before the first picture."""
        track = self.format.sound
        if not track or captured_ns < self.origin:
            return []
        time = (captured_ns - self.origin) * track.timescale // _SECOND_NS
        return self._append(track, time, track.measure(payload), payload, True, [])

    def stretch(self, until_ns: int) -> list[bytes]:
        """Return nothing to append: the last picture lasts as long as the one before."""
        return []

    def head(self, *, closed: bool = False) -> bytes:
        """Return the initialization segment."""
        return self._opening

    def index(self) -> bytes:
        """Return nothing: fragments need no index."""
        return b""

    def mark(self) -> FragmentState:
        """Return the state for `back`."""
        return replace(self._state)

    def back(self, mark: FragmentState) -> None:
        """Forget the bytes since `mark`: they could not be written."""
        self._state = replace(mark)

    def _append(
        self, track: Track, time: int, duration: int, data: bytes, key: bool, before: list[bytes]
    ) -> list[bytes]:
        state = self._state
        state.sequence += 1
        pieces = [*before, *format_fragment(track.id, state.sequence, time, duration, data, key=key)]
        state.size_bytes += sum(map(len, pieces))
        return pieces
