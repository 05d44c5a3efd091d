"""A clock that advances only during waits, and sound files."""

import threading
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ipcamd.media.audio.audio_capture import AudioSource
from ipcamd.media.frame import AudioChunk
from ipcamd.media.source.pacing import Clock

SECOND = 1_000_000_000


class SimulatedTime:
    """Time that advances only during waits."""

    def __init__(self) -> None:
        self.passed = 0
        self.start = 1_750_000_000 * SECOND
        self.clock = Clock(now_ns=lambda: self.start + self.passed, steady_ns=lambda: self.passed, wait=self._wait)

    def _wait(self, _: threading.Event, seconds: float) -> None:
        self.passed += round(seconds * SECOND)


@pytest.fixture
def time() -> SimulatedTime:
    return SimulatedTime()


Play = Callable[[AudioSource, int], list[AudioChunk]]


@pytest.fixture
def play() -> Play:
    """Give a function that takes the first `count` chunks of an audio source."""

    def take(audio_source: AudioSource, count: int) -> list[AudioChunk]:
        sounds = audio_source.play(threading.Event())
        taken = [next(sounds) for _ in range(count)]
        sounds.close()  # type: ignore[attr-defined]
        return taken

    return take


@pytest.fixture
def sine_file(tmp_path: Path) -> Path:
    """A WAV file: 1 s of 500 Hz in stereo, 16000 samples per second."""
    wave_form = (10000 * np.sin(2 * np.pi * 500 * np.arange(16000) / 16000)).astype("<i2")
    path = tmp_path / "sine.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(np.repeat(wave_form, 2).tobytes())
    return path
