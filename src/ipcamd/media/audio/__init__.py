"""Audio: microphone and speaker, and their devices and files.

`make_audio_source` returns the `AudioSource` of a value of ``--audio``, `make_audio_output` the `AudioOutput` of a
value of ``--speaker``. Each module is imported for its own sources only; PyAV and numpy are imported when a source
plays (some: when it is checked).
"""

import threading
from collections.abc import Iterator
from typing import Protocol

from ipcamd.media.audio.speaker import AudioOutput
from ipcamd.media.frame import AudioChunk
from ipcamd.media.source.pacing import Clock

ALSA = "alsa:"
"""Prefix of ``--audio`` for an ALSA device; the device's name follows."""


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


def make_audio_source(text: str, clock: Clock | None = None) -> AudioSource | None:
    """Return the source of this value; None for ``""`` (the picture source's sound) and ``none``."""
    clock = clock or Clock()
    if text in ("", "none"):
        return None
    if text == "tone":
        from ipcamd.media.audio.tone import ToneGenerator

        return ToneGenerator(clock)
    if text.startswith(ALSA):
        from ipcamd.media.audio.alsa import AlsaInput

        return AlsaInput(text.removeprefix(ALSA), clock)
    from ipcamd.media.audio.audio_file import AudioFile

    return AudioFile(text, clock)


def make_audio_output(text: str) -> AudioOutput | None:
    """Return the output of this value; None for ``virtual``. Raises `ConfigError`."""
    if text == "virtual":
        return None
    from ipcamd.media.audio.sound_card import SoundCard

    return SoundCard(text)
