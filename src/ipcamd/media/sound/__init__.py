"""Sound both ways: the microphone and where its sound comes from, the speaker and where its sound goes.

`make` turns the text of ``--audio`` into an `Instrument`, `output` that of ``--speaker`` into an `Output`. Nothing here
imports PyAV or numpy until an instrument plays (or, for some, is checked).
"""

import threading
from collections.abc import Iterator
from typing import Protocol

from ipcamd.media.frame import Sound
from ipcamd.media.sound.alsa import Alsa
from ipcamd.media.sound.card import Card
from ipcamd.media.sound.file import File
from ipcamd.media.sound.speaker import Output
from ipcamd.media.sound.tone import Tone
from ipcamd.media.source.pace import Clock

ALSA = "alsa:"


class Instrument(Protocol):
    """A source of sound alone, in the place of the picture source's own."""

    @property
    def name(self) -> str:
        """What it is, for logs and messages."""

    def check(self) -> None:
        """Raise `ConfigError` if it cannot work."""

    def play(self, stop: threading.Event) -> Iterator[Sound]:
        """Yield sound in real time until `stop` is set, in stretches of at most 40 ms; for one thread of its own.

        Opens at the first ``next()``, closes with the generator. Raises `SourceError` when it breaks off.
        """


def make(text: str, clock: Clock | None = None) -> Instrument | None:
    """Return what `text` names; None for ``""`` (the picture source's own sound) and ``none``."""
    clock = clock or Clock()
    if text in ("", "none"):
        return None
    if text == "tone":
        return Tone(clock)
    if text.startswith(ALSA):
        return Alsa(text.removeprefix(ALSA), clock)
    return File(text, clock)


def output(text: str) -> Output | None:
    """Return what makes sound heard; None for ``virtual``. Raises `ConfigError`."""
    return None if text == "virtual" else Card(text)
