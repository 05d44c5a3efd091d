"""Audio capture: it runs a source of sound only while it is needed, and again after a failure."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from ipcamd.errors import SourceError
from ipcamd.media.audio import audio_capture
from ipcamd.media.audio.audio_capture import AudioCapture
from ipcamd.media.frame import AudioChunk

WAIT = 30.0


class ScriptedAudio:
    """Plays a given number of times, then fails."""

    name = "flute"

    def __init__(self, *plays: int | Exception) -> None:
        self.plays = list(plays)
        self.played = threading.Semaphore(0)
        self.closed = threading.Semaphore(0)

    def check(self) -> None:
        pass

    def play(self, stop: threading.Event) -> Iterator[AudioChunk]:
        outcome = self.plays.pop(0)
        self.played.release()
        try:
            if isinstance(outcome, Exception):
                raise outcome
            for n in range(outcome):
                yield AudioChunk(np.zeros(8, np.int16), n)
            if outcome > 1:
                stop.wait(WAIT)
        finally:
            self.closed.release()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_capture, "AUDIO_RETRY_PAUSE_S", 0.001)


def started(scripted: ScriptedAudio, heard: list[int]) -> tuple[AudioCapture, threading.Thread]:
    made = AudioCapture(scripted, lambda sound: heard.append(sound.captured_ns))
    thread = threading.Thread(target=made.run)
    thread.start()
    return made, thread


def test_it_plays_while_it_is_needed() -> None:
    heard: list[int] = []
    scripted = ScriptedAudio(3, 2)
    made, thread = started(scripted, heard)
    assert not scripted.played.acquire(timeout=0.01)
    for _ in range(2):
        made.need(True)
        assert scripted.played.acquire(timeout=WAIT)
        made.need(False)
        assert scripted.closed.acquire(timeout=WAIT)
    made.close()
    thread.join(WAIT)
    assert not thread.is_alive()


def test_it_continues_after_failures_and_logs_them_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    heard: list[int] = []
    scripted = ScriptedAudio(SourceError("is gone"), SourceError("is gone"), ValueError("odd"), 1, 2)
    made, thread = started(scripted, heard)
    made.need(True)
    for _ in range(5):
        assert scripted.played.acquire(timeout=WAIT)
    made.close()
    thread.join(WAIT)
    assert heard[0] == 0
    words = [record.getMessage() for record in caplog.records]
    assert words.count("audio flute: is gone") == 1
    assert "audio flute failed" in words
    assert "audio flute is back" in words
