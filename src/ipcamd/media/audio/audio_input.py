"""Audio input: the microphone's sound in all codecs, from a source of its own or from the source of the pictures."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ipcamd.media.audio.audio_stream import AudioStream
from ipcamd.media.audio.microphone import Microphone
from ipcamd.media.codecs import Codec, audio_codecs
from ipcamd.media.frame import AudioChunk
from ipcamd.media.stream.hub import Hub
from ipcamd.settings.settings import Settings
from ipcamd.wire.payload_header import Status

if TYPE_CHECKING:
    from ipcamd.media.audio.audio_capture import AudioCapture, AudioSource

AUDIO = "Audio"
"""Group of parameters of the microphone."""


class AudioInput:
    """Sound of one camera, if it has any. For the event loop."""

    def __init__(
        self,
        settings: Settings,
        source: "AudioSource | None",
        has_source_audio: bool,
        clock_ns: Callable[[], int],
        status: Callable[[], Status],
        changed: Callable[[], None],
    ) -> None:
        """The sound comes from `source`, or from the source of the pictures if it `has_source_audio`; `changed` is
        called when the latter's sound becomes needed or unneeded. `clock_ns` is the camera's clock, nanoseconds since
        the epoch; `status` returns the payload header's status."""
        self._settings = settings
        self._is_private = False
        self._microphone = Microphone(clock_ns, status) if source is not None or has_source_audio else None
        if self._microphone:
            self._microphone.need = lambda _: changed()
        self.capture = _make_capture(source, self._microphone) if source and self._microphone else None
        """Runs the source of its own; None without one."""
        self._streams = {
            codec: AudioStream(codec, self._microphone)
            for codec in audio_codecs()
            if codec.audio_encoder and self._microphone
        }
        settings.watch(AUDIO, lambda _: self.update())

    @property
    def listener(self) -> Callable[[AudioChunk], None] | None:
        """Takes the sound of the source of the pictures, in any thread; None if it is not used."""
        return self._microphone.feed if self._microphone and not self.capture else None

    @property
    def needs_source(self) -> bool:
        """Whether the sound of the source of the pictures has listeners."""
        return self.capture is None and self._microphone is not None and self._microphone.listening

    @property
    def is_enabled(self) -> bool:
        """Whether there is a microphone and it is enabled (``Audio.MicEnabled``)."""
        return self._microphone is not None and self._microphone.enabled

    @property
    def hub(self) -> Hub | None:
        """The sound in u-law; None without a microphone. It has no frames while disabled."""
        return self._microphone.hub if self._microphone else None

    def hub_in(self, codec: Codec) -> Hub | None:
        """Return the sound in a codec; None without a microphone."""
        return self._streams[codec].hub if codec in self._streams else self.hub

    @property
    def chosen_hub(self) -> Hub | None:
        """The sound in the codec that ``Audio.Codec`` names; None without a microphone."""
        name = self._settings[AUDIO]["Codec"]
        return self.hub_in(next(codec for codec in audio_codecs() if codec.name == name))

    def set_private(self, is_private: bool) -> None:
        """Switch privacy on or off; there is no sound while it is on."""
        self._is_private = is_private
        self.update()

    def update(self) -> None:
        """Follow the settings."""
        if self._microphone:
            self._microphone.enabled = self._settings[AUDIO].flag("MicEnabled") and not self._is_private

    def close(self) -> None:
        """Stop."""
        for stream in self._streams.values():
            stream.close()
        if self._microphone:
            self._microphone.close()
        if self.capture:
            self.capture.close()


def _make_capture(source: "AudioSource", microphone: Microphone) -> "AudioCapture":
    from ipcamd.media.audio.audio_capture import AudioCapture

    capture = AudioCapture(source, microphone.feed)
    microphone.need = capture.need
    return capture
