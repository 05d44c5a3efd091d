"""Live MP4 writer: returns the bytes of a stream, piece by piece. Each frame is a fragment."""

from ipcamd.time_units import SECOND_NS
from ipcamd.wire.mp4.fragment import Run, RunSample, format_fragment, format_reference_time
from ipcamd.wire.mp4.init_segment import format_init_segment
from ipcamd.wire.mp4.tracks import Mp4Format


class Mp4LiveWriter:
    """One stream, from a key frame on."""

    def __init__(self, mp4_format: Mp4Format, rate: int, origin_ns: int) -> None:
        """Times count from `origin_ns`. `rate`, in pictures per second, determines the duration of the first
        picture."""
        self.format = mp4_format
        self._origin_ns = origin_ns
        self._duration = mp4_format.video.timescale // max(1, rate)
        """Duration of the last picture, in units of its track."""
        self._time = -1
        """Time of the last picture, in units of its track; -1 before the first."""
        self._sequence = 0

    def opening(self) -> bytes:
        """Return the initialization segment."""
        return format_init_segment(self.format.tracks)

    def picture(self, payload: bytes, key: bool, captured_ns: int) -> list[bytes]:
        """Return the bytes to append for a picture with this capture time, which is written before a key frame.

        Its duration is not known yet, so it is that of the previous picture.
        """
        track = self.format.video
        time = max(self._time + 1, (captured_ns - self._origin_ns) * track.timescale // SECOND_NS)
        if self._time >= 0:
            self._duration = min(time - self._time, 2 * track.timescale)
        self._time = time
        reference = [format_reference_time(track.id, captured_ns, time)] if key else []
        sample = RunSample(track.make_sample(payload), self._duration, key)
        return reference + self._format(Run(track.id, time, (sample,)))

    def sound(self, payload: bytes, captured_ns: int) -> list[bytes]:
        """Return the bytes to append for a frame of sound with this start time; none before the first picture."""
        track = self.format.sound
        if not track or captured_ns < self._origin_ns:
            return []
        time = (captured_ns - self._origin_ns) * track.timescale // SECOND_NS
        return self._format(Run(track.id, time, (RunSample(payload, track.measure(payload)),)))

    def _format(self, run: Run) -> list[bytes]:
        self._sequence += 1
        return format_fragment(self._sequence, (run,))
