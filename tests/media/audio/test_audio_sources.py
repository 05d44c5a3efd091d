"""Audio sources other than the picture's source: a tone, files, ALSA."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest
from tests.media.audio.conftest import SECOND, Play, SimulatedTime

from ipcamd.errors import ConfigError, SourceError
from ipcamd.media.audio import audio_choice
from ipcamd.media.audio.alsa import AlsaInput
from ipcamd.media.audio.audio_file import AudioFile
from ipcamd.media.audio.tone import PITCH_HZ, ToneGenerator
from ipcamd.media.frame import AudioChunk

RATE_HZ = 8000


def pitch(samples: "np.ndarray[tuple[int], np.dtype[np.int16]]") -> float:
    """The loudest frequency, in Hertz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(np.argmax(spectrum)) * RATE_HZ / samples.size


def joined(sounds: list[AudioChunk]) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    return np.concatenate([s.samples for s in sounds])


def offsets(sounds: list[AudioChunk]) -> list[int]:
    """By how many nanoseconds each stretch begins after the end of the one before."""
    ends = [s.captured_ns + s.samples.size * SECOND // RATE_HZ for s in sounds]
    return [after.captured_ns - end for after, end in zip(sounds[1:], ends, strict=False)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("", None), ("none", None), ("tone", ToneGenerator), ("alsa:hw:1", AlsaInput), ("speech.wav", AudioFile)],
)
def test_make(text: str, kind: type | None) -> None:
    made = audio_choice.make_audio_source(text)
    assert made is None if kind is None else type(made) is kind


def test_a_device_keeps_all_of_its_name() -> None:
    made = audio_choice.make_audio_source("alsa:hw:1,0")
    assert made is not None
    assert made.name == "alsa:hw:1,0"


def test_the_tone_is_steady(time: SimulatedTime, play: Play) -> None:
    sounds = play(ToneGenerator(time.clock), 60)
    assert pitch(joined(sounds)) == pytest.approx(PITCH_HZ, abs=2)
    assert max(map(abs, offsets(sounds))) <= SECOND // RATE_HZ
    assert np.abs(np.diff(joined(sounds).astype(int))).max() < 3000  # no click anywhere
    assert 0 <= time.start + time.passed - sounds[-1].captured_ns <= SECOND // 10


def test_the_tone_goes_on_from_a_clock_that_was_set(time: SimulatedTime) -> None:
    sounds = ToneGenerator(time.clock).play(threading.Event())
    next(sounds)
    time.start += 3600 * SECOND
    taken = [next(sounds) for _ in range(3)]
    assert all(abs(s.captured_ns - time.start - time.passed) < SECOND for s in taken[1:])


def test_a_file_plays_over_and_over_in_real_time(time: SimulatedTime, play: Play, sine_file: Path) -> None:
    sounds = play(AudioFile(str(sine_file), time.clock), 100)
    assert joined(sounds).size > 3 * RATE_HZ
    assert max(s.samples.size for s in sounds) <= RATE_HZ // 25
    assert max(map(abs, offsets(sounds))) <= 2 * SECOND // RATE_HZ
    assert sounds[-1].captured_ns == pytest.approx(time.start + time.passed, abs=SECOND // 10)
    assert pitch(joined(sounds)[:RATE_HZ]) == pytest.approx(500, abs=2)
    assert pitch(joined(sounds)[-RATE_HZ:]) == pytest.approx(500, abs=2)


def test_a_file_that_goes_away_is_an_error_when_it_begins_anew(time: SimulatedTime, sine_file: Path) -> None:
    sounds = AudioFile(str(sine_file), time.clock).play(threading.Event())
    next(sounds)
    sine_file.unlink()
    with pytest.raises(SourceError):
        list(sounds)


def test_check_of_a_file(time: SimulatedTime, sine_file: Path, tmp_path: Path) -> None:
    AudioFile(str(sine_file), time.clock).check()
    (tmp_path / "noise.wav").write_bytes(os.urandom(1000))
    for name, words in (("nowhere.wav", "no such file"), ("noise.wav", "cannot be opened"), (".", "no such file")):
        with pytest.raises(ConfigError, match=words):
            AudioFile(str(tmp_path / name), time.clock).check()


@pytest.fixture
def alsa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ALSA with one device, ``played``, that gives a file's sound as fast as it is read."""
    raw = tmp_path / "raw"
    (10000 * np.sin(2 * np.pi * 500 * np.arange(96000) / 48000)).astype("<i2").tofile(raw)
    configuration = tmp_path / "asound.conf"
    configuration.write_text(
        "pcm.nothing { type null }\n"
        f'pcm.played {{ type file slave.pcm nothing file /dev/null infile "{raw}" format raw }}\n'
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(configuration))


@pytest.mark.usefixtures("alsa")
def test_alsa_gives_sound_no_faster_than_time_passes(time: SimulatedTime, play: Play) -> None:
    device = AlsaInput("played", time.clock)
    device.check()
    sounds = play(device, 30)
    assert pitch(joined(sounds)) == pytest.approx(500, abs=15)
    assert time.passed >= (joined(sounds).size / RATE_HZ - 0.3) * SECOND
    assert abs(sounds[-1].captured_ns - time.start - time.passed) < SECOND


@pytest.mark.usefixtures("alsa")
def test_an_alsa_device_that_is_not_there(time: SimulatedTime) -> None:
    with pytest.raises(ConfigError, match=r"alsa:nix: cannot be opened.*arecord -L"):
        AlsaInput("nix", time.clock).check()


def test_missing_alsa_configuration_is_reported_with_the_package_to_install(
    time: SimulatedTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ALSA_CONFIG_PATH", raising=False)
    monkeypatch.setattr("ipcamd.media.audio.alsa.CONFIGURATIONS", ())
    with pytest.raises(ConfigError, match="libasound2-data"):
        AlsaInput("default", time.clock).check()
