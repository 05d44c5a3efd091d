"""Audio file as a source: a sound file, or the sound of a video file, played in a loop in real time."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from ipcamd.errors import SourceError
from ipcamd.media.frame import AUDIO_RATE_HZ, AudioChunk
from ipcamd.media.source.pacing import Clock, RealtimePacer
from ipcamd.media.source.source import raise_config_error
from ipcamd.time_units import SECOND_NS

if TYPE_CHECKING:
    from ipcamd.media.source.media_file.media_file import AudioReader

_ENDLESS = 1 << 62


class AudioFile:
    """Any file with sound that FFmpeg reads."""

    def __init__(self, path: str, clock: Clock) -> None:
        """`path` is a file's; `clock` gives the capture times."""
        self.name = path
        self._path = Path(path).expanduser()
        self._clock = clock

    def check(self) -> None:
        """See `AudioSource`: the file must exist and contain sound that can be decoded."""
        with raise_config_error(f"audio {self.name}"):
            if not self._path.is_file():
                raise SourceError("no such file; other values: none, tone, alsa:NAME")
            with closing(self._track()) as track:
                if next(track.read_until(_ENDLESS), None) is None:
                    raise SourceError("contains no sound that can be decoded")

    def play(self, stop: threading.Event) -> Iterator[AudioChunk]:
        """See `AudioSource`."""
        pacer, start = RealtimePacer(self._clock, stop), 0
        while not stop.is_set():
            end = start
            with closing(self._track()) as track:
                for at, samples in track.read_until(_ENDLESS):
                    captured_ns = pacer.wait_until(start + at)
                    if stop.is_set():
                        return
                    end = start + at + samples.size * SECOND_NS // AUDIO_RATE_HZ
                    yield AudioChunk(samples, captured_ns)
            if end == start:
                raise SourceError("contains no sound that can be decoded")
            start = end

    def _track(self) -> "AudioReader":
        from ipcamd.media.source.ffmpeg import open_local_file
        from ipcamd.media.source.media_file.media_file import AudioReader
        from ipcamd.media.source.media_file.timestamp_map import TimestampMap

        return AudioReader(open_local_file(self._path), TimestampMap(0), 0)
