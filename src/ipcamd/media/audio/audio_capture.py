"""Audio capture: runs a separate source of sound (``--audio``) while it has listeners."""

import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from ipcamd.media.capture.capture_loop import AUDIO_RETRY_PAUSE_S, LONGEST_AUDIO_RETRY_PAUSE_S, CaptureLoop
from ipcamd.media.frame import AudioChunk


class AudioSource(Protocol):
    """Source of sound only, instead of the picture source's sound."""

    @property
    def name(self) -> str:
        """Name for logs and messages."""

    def check(self) -> None:
        """Raise `ConfigError` if the source cannot work."""

    def play(self, stop: threading.Event) -> Iterator[AudioChunk]:
        """Yield sound in real time until `stop` is set, in chunks of at most 40 ms; for one thread of its own.

        The source opens at the first ``next()`` and closes with the generator. Raises `SourceError` when it fails.
        """


class AudioCapture(CaptureLoop):
    """One source of sound. `run` is for a thread."""

    def __init__(self, source: AudioSource, deliver: Callable[[AudioChunk], None]) -> None:
        """`deliver` gets the sound, in that thread."""
        super().__init__(f"audio {source.name}", AUDIO_RETRY_PAUSE_S, LONGEST_AUDIO_RETRY_PAUSE_S)
        self._source = source
        self._deliver = deliver

    def _play(self, stop: threading.Event) -> Iterator[AudioChunk]:
        return self._source.play(stop)

    def _take(self, item: AudioChunk) -> None:
        self._note_success()
        self._deliver(item)
