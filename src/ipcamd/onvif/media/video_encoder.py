"""Video encoder configuration: the parameters of a codec's stream, for both media services."""

from collections.abc import Iterable
from functools import cache
from typing import cast

from ipcamd.camera import Camera
from ipcamd.dataclass import dataclass
from ipcamd.media.codecs import Codec, OnvifCodec, video_codecs
from ipcamd.media.stream.stream_settings import StreamSettings
from ipcamd.onvif.soap.fault import config_modify, no_configuration
from ipcamd.params import GROUPS
from ipcamd.params.group import Group, Values
from ipcamd.params.image import FRAMERATE_LIMITS, RESOLUTIONS
from ipcamd.params.kinds.choice import OneOf
from ipcamd.params.kinds.number import Integer
from ipcamd.settings.change_records import Change

NOMINAL_KBITS = 20_000
"""Bit rate limit shown for codecs without one, in kbit/s, because clients require a number."""


@dataclass(frozen=True, slots=True)
class VideoEncoderValues:
    """Values of a configuration."""

    width: int
    """Pixels."""
    height: int
    """Pixels."""
    framerate: float
    """Frames per second."""
    quality: float
    """Within the range of the options; larger is better."""
    bitrate_kbits: int
    constant_bitrate: bool | None = None
    """Whether the bit rate is constant; None: unchanged."""


@dataclass(frozen=True, slots=True)
class VideoEncoder:
    """Encoder of one stream."""

    codec: Codec
    onvif: OnvifCodec
    group: Group
    is_sub: bool = False
    """Whether it encodes the codec's substream."""

    @property
    def token(self) -> str:
        """Token of its configuration."""
        return f"{self.codec.name}_sub" if self.is_sub else self.codec.name

    @property
    def title(self) -> str:
        """Name of its profile."""
        return f"{self.onvif.media2} sub" if self.is_sub else self.onvif.media2

    @property
    def path(self) -> str:
        """RTSP path of its stream."""
        return f"{self.codec.name}/sub" if self.is_sub else self.codec.name

    @property
    def resolutions(self) -> dict[tuple[int, int], str]:
        """Its sizes, the largest first, and the code of each."""
        kind = cast(OneOf, self.group.kind("Resolution"))
        sizes = {RESOLUTIONS[code]: code for code in kind.words}
        return dict(sorted(sizes.items(), key=lambda item: item[0][0] * item[0][1], reverse=True))

    @property
    def framerates(self) -> tuple[int, ...]:
        """Its frame rates, the lowest first."""
        return cast(tuple[int, ...], cast(OneOf, self.group.kind("Framerate")).values)

    @property
    def qualities(self) -> tuple[int, int]:
        """Its lowest and its highest quality."""
        kind = cast(Integer, self.group.kind("Quality"))
        return kind.low, kind.high

    @property
    def bitrates_kbits(self) -> tuple[int, int]:
        """Its lowest and its highest bit rate."""
        param = self.group.param("Bitrate")
        kind = param.kind if param else None
        return (kind.low, kind.high) if isinstance(kind, Integer) else (NOMINAL_KBITS, NOMINAL_KBITS)

    def settings(self, values: Values) -> VideoEncoderValues:
        """Return the present settings."""
        width, height = RESOLUTIONS[values["Resolution"]]
        bitrate = values.number("Bitrate") if "Bitrate" in values else NOMINAL_KBITS
        constant = values["Ratecontrol"] == "cbr" if "Ratecontrol" in values else None
        return VideoEncoderValues(
            width, height, values.number("Framerate"), values.number("Quality"), bitrate, constant
        )

    def gop(self, values: Values) -> int:
        """Return the pictures from one key frame to the next."""
        return StreamSettings.of(self.codec, values).gop

    def changes(self, wanted: VideoEncoderValues) -> list[Change]:
        """Return the changes that apply the settings `wanted`. Raises ``Fault`` ``ConfigModify``."""
        code = self.resolutions.get((wanted.width, wanted.height))
        if code is None:
            raise config_modify(f"{wanted.width}x{wanted.height}: allowed are {_sizes(self.resolutions)}")
        cap = FRAMERATE_LIMITS.get(self.group.name, {}).get(code, self.framerates[-1])
        rates = [rate for rate in self.framerates if rate <= cap]
        texts = {
            "Resolution": code,
            "Framerate": str(
                _nearest(wanted.framerate, rates, (self.framerates[0], self.framerates[-1]), "frame rate")
            ),
            "Quality": str(_nearest(wanted.quality, range(self.qualities[1] + 1), self.qualities, "quality")),
        }
        low, high = self.bitrates_kbits
        if not low <= wanted.bitrate_kbits <= high:
            raise config_modify(f"bit rate {wanted.bitrate_kbits}: allowed are {low} to {high} kbit/s")
        if self.group.param("Bitrate"):
            texts["Bitrate"] = str(wanted.bitrate_kbits)
        if self.group.param("Ratecontrol") and wanted.constant_bitrate is not None:
            texts["Ratecontrol"] = "cbr" if wanted.constant_bitrate else "vbr"
        return [Change(self.group.name, name, text) for name, text in texts.items()]


@cache
def video_encoders() -> tuple[VideoEncoder, ...]:
    """Return the encoders of ONVIF's codecs, in its order, whether their streams are enabled or not."""
    listed = [
        VideoEncoder(codec, codec.onvif, _group(group), is_sub)
        for codec in video_codecs()
        for group, is_sub in ((codec.parameters, False), (codec.sub_parameters, True))
        if codec.onvif and group
    ]
    return tuple(sorted(listed, key=lambda encoder: (encoder.onvif.order, encoder.is_sub)))


def enabled_encoders(camera: Camera) -> tuple[VideoEncoder, ...]:
    """Return the encoders whose streams are enabled."""
    return tuple(encoder for encoder in video_encoders() if _is_enabled(camera, encoder))


def find_encoder(token: str) -> VideoEncoder:
    """Return the encoder with this token. Raises ``Fault`` ``NoConfig``."""
    for encoder in video_encoders():
        if encoder.token == token:
            return encoder
    raise no_configuration(token)


def _is_enabled(camera: Camera, encoder: VideoEncoder) -> bool:
    if encoder.is_sub:
        return camera.pipeline.substream(encoder.codec.name) is not None
    return encoder.codec.name in camera.pipeline.hubs


def _group(name: str) -> Group:
    return next(group for group in GROUPS if group.name == name)


def _nearest(wanted: float, allowed: Iterable[int], limits: tuple[int, int], what: str) -> int:
    """Return the allowed number nearest to `wanted`. Raises ``Fault`` outside the limits."""
    if not limits[0] <= wanted <= limits[1]:
        raise config_modify(f"{what} {wanted:g}: allowed are {limits[0]} to {limits[1]}")
    return min(allowed, key=lambda number: abs(number - wanted))


def _sizes(resolutions: Iterable[tuple[int, int]]) -> str:
    return ", ".join(f"{width}x{height}" for width, height in resolutions)
