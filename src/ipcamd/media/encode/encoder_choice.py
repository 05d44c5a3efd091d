"""Encoder choice: the encoders that ``--encoder`` allows and that work on this computer."""

import logging
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING

from ipcamd.errors import ConfigError
from ipcamd.media.codecs import FfmpegOptions
from ipcamd.media.encode.hardware import HARDWARE
from ipcamd.media.hardware_choice import AUTO, SOFTWARE, HardwareChoice
from ipcamd.media.stream_settings import StreamSettings

if TYPE_CHECKING:  # imports PyAV
    from ipcamd.media.encoders import Encoder

_log = logging.getLogger(__name__)


class EncoderChoice:
    """Makes the encoders of all streams. `make` may be called from any thread."""

    def __init__(self, name: str = SOFTWARE) -> None:
        """`name` is the value of ``--encoder``."""
        self._name = name
        self._hardware = HardwareChoice[FfmpegOptions]("Encoder", "encoded", HARDWARE, attrgetter("name"))
        self.report = self._hardware.report

    def check(self) -> None:
        """Find the hardware encoders that work, with a test picture; this may take seconds. Raises `ConfigError` if
        hardware is named and has no encoder that works."""
        from ipcamd.media.encode.encoder_trial import find_failure

        reasons = self._hardware.choose(self._name, find_failure)
        if self._name in HARDWARE and self._hardware.is_empty:
            allowed = ", ".join((AUTO, SOFTWARE, *HARDWARE))
            raise ConfigError(f"--encoder {self._name}: it does not work ({'; '.join(reasons)}); allowed are {allowed}")
        for reason in reasons:
            _log.info("encoder %s", reason)

    def make(self, settings: StreamSettings, rate: int) -> "Encoder":
        """Return an encoder of a stream for `rate` pictures per second; its first picture is a key frame."""
        codec = settings.codec
        assert codec.encoder
        found = self._hardware.find(codec, settings.size)
        if found is None:
            return codec.encoder(settings, rate)
        from ipcamd.media.encode.fallback_encoder import FallbackEncoder

        assert codec.inspector
        name, options = found
        make_software = partial(codec.encoder, settings, rate)
        note_failure = partial(self._hardware.note_failure, name, codec, settings.size)
        return FallbackEncoder(options(settings, rate), make_software, codec.inspector(), note_failure)


MakeStreamEncoder = Callable[[StreamSettings, int], "Encoder"]
"""`EncoderChoice.make`."""
