"""Audio choice: the audio source that a value of ``--audio`` names, and the output that a value of ``--speaker`` names.

Each module is imported for its own sources only; PyAV and numpy are imported when a source plays (some: when it is
checked).
"""

from typing import TYPE_CHECKING

from ipcamd.media.audio.speaker import AudioOutput
from ipcamd.media.source.pacing import Clock

if TYPE_CHECKING:
    from ipcamd.media.audio.audio_capture import AudioSource

ALSA = "alsa:"
"""Prefix of ``--audio`` for an ALSA device; the device's name follows."""


def make_audio_source(text: str, clock: Clock | None = None) -> "AudioSource | None":
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
