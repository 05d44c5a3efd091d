"""Encoder choice: the encoders that ``--encoder`` allows and that work on this computer."""

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ipcamd.errors import ConfigError
from ipcamd.media.codecs import Codec, FfmpegOptions, video_codecs
from ipcamd.media.encode.hardware import HARDWARE
from ipcamd.media.stream_settings import StreamSettings

if TYPE_CHECKING:  # imports PyAV
    from ipcamd.media.encoders import Encoder

_log = logging.getLogger(__name__)

AUTO, SOFTWARE = "auto", "software"
"""Values of ``--encoder`` besides the names of hardware."""


class EncoderChoice:
    """Makes the encoders of all streams. `make` may be called from any thread."""

    def __init__(self, name: str = SOFTWARE) -> None:
        """`name` is the value of ``--encoder``."""
        self._name = name
        self._working: dict[str, tuple[str, FfmpegOptions]] = {}
        """Name and options of the hardware encoder of a codec, by the codec's name."""
        self._lock = threading.Lock()
        self._failed: dict[tuple[str, tuple[int, int]], str] = {}
        """Reasons of failures while running, by codec and size of pictures. Further encoders are made in software."""

    def check(self) -> None:
        """Find the hardware encoders that work, with a test picture; this may take seconds. Raises `ConfigError` if
        hardware is named and has no encoder that works."""
        reasons = list[str]()
        for name in HARDWARE if self._name == AUTO else [self._name] if self._name in HARDWARE else []:
            for codec_name, options in HARDWARE[name].items():
                reason = self._try(name, codec_name, options)
                reasons += [f"{options.name}: {reason}"] if reason else []
        if self._name in HARDWARE and not self._working:
            allowed = ", ".join((AUTO, SOFTWARE, *HARDWARE))
            raise ConfigError(f"--encoder {self._name}: it does not work ({'; '.join(reasons)}); allowed are {allowed}")
        for reason in reasons:
            _log.info("encoder %s", reason)

    def make(self, settings: StreamSettings, rate: int) -> "Encoder":
        """Return an encoder of a stream for `rate` pictures per second; its first picture is a key frame."""
        codec = settings.codec
        assert codec.encoder
        with self._lock:
            name, options = self._working.get(codec.name, ("", None))
            failed = (codec.name, settings.size) in self._failed
        if options is None or failed:
            return codec.encoder(settings, rate)
        from ipcamd.media.encode.fallback_encoder import FallbackEncoder

        assert codec.inspector
        make_software = partial(codec.encoder, settings, rate)
        note_failure = partial(self._note_failure, name, codec, settings.size)
        return FallbackEncoder(options(settings, rate), make_software, codec.inspector(), note_failure)

    def report(self) -> list[tuple[str, str]]:
        """Return titles and encoders of the codecs for which there is hardware, for a report to users."""
        codecs = {name for encoders in HARDWARE.values() for name in encoders}
        return [(f"Encoder {each.label}", self._describe(each)) for each in video_codecs() if each.name in codecs]

    def _describe(self, codec: Codec) -> str:
        with self._lock:
            name, _ = self._working.get(codec.name, (SOFTWARE, None))
            failed = [(size, why) for (failed, size), why in self._failed.items() if failed == codec.name]
        return "; ".join([name, *(f"{SOFTWARE} at {w}x{h} ({name} failed: {why})" for (w, h), why in failed)])

    def _try(self, name: str, codec_name: str, options: FfmpegOptions) -> str:
        """Use an encoder if it works and its codec has none yet; return why it does not work, "" if it does."""
        from ipcamd.media.encode.encoder_trial import find_failure

        if codec_name in self._working:
            return ""
        codec = next(each for each in video_codecs() if each.name == codec_name)
        reason = find_failure(codec, options)
        if not reason:
            self._working[codec_name] = name, options
            _log.info("%s is encoded by %s", codec.label, options.name)
        return reason

    def _note_failure(self, name: str, codec: Codec, size: tuple[int, int], reason: str) -> None:
        with self._lock:
            known = (codec.name, size) in self._failed
            self._failed[codec.name, size] = reason
        if not known:
            _log.warning("%s failed, %s is encoded in software at %dx%d: %s", name, codec.label, *size, reason)


MakeStreamEncoder = Callable[[StreamSettings, int], "Encoder"]
"""`EncoderChoice.make`."""
