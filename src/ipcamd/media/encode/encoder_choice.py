"""Encoder choice: the encoders in software and hardware that ``--encoder`` allows and that work on this computer."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING

from ipcamd.errors import ConfigError
from ipcamd.media.codecs import H264, H265, FfmpegOptions
from ipcamd.media.hardware_choice import AUTO, SOFTWARE, HardwareChoice
from ipcamd.media.quality import H264_FACTORS, H264_PEAK, H265_FACTORS, H265_PEAK
from ipcamd.media.stream.stream_settings import StreamSettings

if TYPE_CHECKING:  # imports PyAV
    from ipcamd.media.encoders import Encoder

_log = logging.getLogger(__name__)


def _describe(
    name: str,
    options: Mapping[str, str],
    quality: Callable[[str], Mapping[str, str]] | None = None,
    pixel_format: str = "yuv420p",
    has_peak: bool = False,
) -> Mapping[str, FfmpegOptions]:
    """Return the encoders of one kind of hardware, by the codec's name. `quality` returns the options for a quantizer;
    None for hardware that always has a constant bit rate. `has_peak`: it can limit the bit rate at constant quality."""
    kinds = ((H264, "h264", H264_FACTORS, H264_PEAK), (H265, "hevc", H265_FACTORS, H265_PEAK))
    return {
        codec.name: FfmpegOptions(
            f"{prefix}_{name}",
            options,
            tuple(map(quality, factors)) if quality else (),
            peak=peak if has_peak else None,
            pixel_format=pixel_format,
            exact_gop=True,
        )
        for codec, prefix, factors, peak in kinds
    }


ENCODERS: dict[str, Mapping[str, FfmpegOptions]] = {
    "v4l2m2m": _describe("v4l2m2m", {}),
    "qsv": _describe(
        "qsv",
        {"preset": "veryfast", "async_depth": "1", "forced_idr": "1", "profile": "main"},
        lambda factor: {"global_quality": factor},
        pixel_format="nv12",
    ),
    "nvenc": _describe(
        "nvenc",
        {"preset": "p4", "tune": "ull", "delay": "0", "forced-idr": "1", "no-scenecut": "1", "profile": "main"},
        lambda factor: {"rc": "vbr", "cq": factor, "b": "0"},
        has_peak=True,
    ),
}
"""Encoders by the value of ``--encoder``: the kernel's (V4L2), Intel's and NVIDIA's."""


class EncoderChoice(HardwareChoice[FfmpegOptions]):
    """Makes the encoders of all streams. `make` may be called from any thread."""

    def __init__(self, name: str = SOFTWARE) -> None:
        """`name` is the value of ``--encoder``."""
        super().__init__(name, "Encoder", "encoded", ENCODERS, attrgetter("name"))

    def check(self) -> None:
        """Find the hardware encoders that work, with a test picture; this may take seconds. Raises `ConfigError` if
        hardware is named and has no encoder that works."""
        from ipcamd.media.encode.encoder_trial import find_failure

        reasons = self.choose(find_failure)
        if self._name in ENCODERS and not self._working:
            allowed = ", ".join((AUTO, SOFTWARE, *ENCODERS))
            raise ConfigError(f"--encoder {self._name}: it does not work ({'; '.join(reasons)}); allowed are {allowed}")
        for reason in reasons:
            _log.info("encoder %s", reason)

    def make(self, settings: StreamSettings, rate: int) -> "Encoder":
        """Return an encoder of a stream for `rate` pictures per second; its first picture is a key frame."""
        codec = settings.codec
        assert codec.encoder
        found = self.find(codec, settings.size)
        if found is None:
            return codec.encoder(settings, rate)
        from ipcamd.media.encode.fallback_encoder import FallbackEncoder

        assert codec.inspector
        name, options = found
        make_software = partial(codec.encoder, settings, rate)
        note_failure = partial(self.note_failure, name, codec, settings.size)
        return FallbackEncoder(options(settings, rate), make_software, codec.inspector(), note_failure)


MakeStreamEncoder = Callable[[StreamSettings, int], "Encoder"]
"""`EncoderChoice.make`."""
