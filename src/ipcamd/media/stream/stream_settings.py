"""Stream settings: the parameters of ``Image.MJPEG``, ``Image.MPEG4``, ``Image.H264`` (SDK 10.8 to 10.10)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Self

from ipcamd.dataclass import dataclass
from ipcamd.media.codecs import MPEG4, Codec, video_codecs
from ipcamd.media.quality import constant_bitrate
from ipcamd.params.group import Values
from ipcamd.params.image import RESOLUTIONS

PHONE_SIZE = (320, 240)
"""Width and height of the stream for mobile phones (Image.3GPP)."""
PHONE_RATE = 15
"""Its frames per second."""
PHONE_BITS = 200_000
"""Its bit rate, in bit/s."""


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """Settings of one stream. After a change, the stream continues with a key frame."""

    codec: Codec
    size: tuple[int, int]
    """Width and height in pixels."""
    rate: int
    """Highest frame rate, 1 to 30."""
    quality: int
    """0 lowest to 4 highest."""
    bitrate: int | None = None
    """Constant bit rate in bit/s (cbr); None for constant quality (vbr)."""
    passes: bool = False
    """Whether encoded pictures of the source are passed through where possible."""

    @classmethod
    def of(cls, codec: Codec, values: Values) -> Self:
        """Return the settings of the codec's group of parameters."""
        size, rate, quality = RESOLUTIONS[values["Resolution"]], values.number("Framerate"), values.number("Quality")
        passes = values.get("Passthrough", "off") == "auto"
        return cls(codec, size, rate, quality, _steady_bitrate(values, size, rate, quality), passes)

    @property
    def gop(self) -> int:
        """Pictures per GOP: 1 to 2 seconds, at most 30, which is the payload header's largest IP ratio (SDK 3.1); 1 for
        JPEG."""
        return 1 if self.codec.intra_only else min(30, 2 * self.rate)

    @property
    def expected_bitrate(self) -> int:
        """Bit rate for an encoder without constant quality, in bit/s."""
        return self.bitrate or constant_bitrate(self.size, self.rate, self.quality)


def _steady_bitrate(values: Values, size: tuple[int, int], rate: int, quality: int) -> int | None:
    if values.get("Ratecontrol", "vbr") == "vbr":
        return None
    if "Bitrate" in values:
        return values.number("Bitrate") * 1000
    return constant_bitrate(size, rate, quality)


PHONE = StreamSettings(MPEG4, PHONE_SIZE, PHONE_RATE, 2, PHONE_BITS)
"""Settings of the stream for mobile phones. The SDK has only a parameter that enables it (10.11)."""


def sub_name(codec: Codec) -> str:
    """Return the name of a codec's substream."""
    return f"{codec.name}_sub"


def encoded_name(codec: Codec) -> str:
    """Return the name of the stream that always encodes what the codec's main stream may pass through."""
    return f"{codec.name}_encoded"


def encoded_codecs() -> tuple[Codec, ...]:
    """Return the codecs with such a stream: a source may send too few key frames for some viewers."""
    return tuple(codec for codec in video_codecs() if codec.inspector and not codec.intra_only)


def read_streams(values: Callable[[str], Values]) -> dict[str, StreamSettings]:
    """Return the settings of all streams by name; `values` returns a group of parameters."""
    main = {codec.name: StreamSettings.of(codec, values(codec.parameters)) for codec in video_codecs()}
    subs = {
        sub_name(codec): StreamSettings.of(codec, values(codec.sub_parameters))
        for codec in video_codecs()
        if codec.sub_parameters
    }
    encoded = {encoded_name(codec): replace(main[codec.name], passes=False) for codec in encoded_codecs()}
    return {**main, **subs, **encoded, "3gpp": PHONE}
