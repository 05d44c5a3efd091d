"""Sound cards, with miniaudio's null device."""

import sys
import threading
from typing import Any

import pytest

from ipcamd.errors import ConfigError
from ipcamd.media.audio import sound_card
from ipcamd.media.audio.audio_choice import make_audio_output

miniaudio = pytest.importorskip("miniaudio")

WAIT = 30.0


@pytest.fixture
def silent() -> list[Any]:
    return [miniaudio.Backend.NULL]


def test_virtual_needs_no_card() -> None:
    assert make_audio_output("virtual") is None


def test_missing_libraries_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    with pytest.raises(ConfigError, match=r"pip install 'ipcamd\[sound\]'"):
        make_audio_output("default")


def test_a_missing_sound_card_is_refused_with_the_available_ones(silent: list[Any]) -> None:
    with pytest.raises(ConfigError, match=r"speaker thunder: no such sound card; available: \w+"):
        sound_card.SoundCard("thunder", silent)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["default", "NULL"])
def test_samples_are_played_in_order_after_a_cushion(
    name: str, silent: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_card, "IDLE_S", 0.05)
    played, pieces, ended = bytearray(), 0, threading.Event()
    taken = sound_card.SoundCard._take

    def listen(self: sound_card.SoundCard, size: int) -> bytes:
        nonlocal pieces
        piece = taken(self, size)
        pieces += 1
        played.extend(piece)
        if not self._waiting and any(played):
            ended.set()
        return piece

    monkeypatch.setattr(sound_card.SoundCard, "_take", listen)
    made = sound_card.SoundCard(name, silent)
    speech = bytes(range(1, 256)) * 20  # a third of a second
    made.write(speech[:1000])
    made.write(speech[1000:])
    assert ended.wait(WAIT)
    assert pieces > 1  # as the card asks for it
    made.close()
    assert bytes(played).lstrip(b"\0").startswith(speech)
    assert not made._thread.is_alive()


def test_no_more_than_two_seconds_wait(silent: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_card.SoundCard, "_run", lambda _: None)
    made = sound_card.SoundCard("default", silent)
    made.write(b"\1" * sound_card.QUEUE_BYTES)
    made.write(b"\2" * 100)
    made._playing = True
    assert made._take(sound_card.QUEUE_BYTES) == b"\1" * (sound_card.QUEUE_BYTES - 100) + b"\2" * 100
    assert made._take(10) == bytes(10)
