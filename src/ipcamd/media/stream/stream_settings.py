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


def sub_name(codec: str) -> str:
    """Return the name of the substream of the codec with this name."""
    return f"{codec}_sub"


def encoded_name(codec: Codec) -> str:
    """Return the name of the stream that always encodes what the codec's main stream may pass through."""
    return f"{codec.name}_encoded"


def stream_groups() -> dict[str, tuple[Codec, str]]:
    """Return the codec and the group of parameters of each stream by its name: the main streams, the substreams, and
    those that encode what a main stream may pass through, because a source may send too few key frames for some
    viewers."""
    codecs = video_codecs()
    main = {codec.name: (codec, codec.parameters) for codec in codecs}
    subs = {sub_name(codec.name): (codec, codec.sub_parameters) for codec in codecs if codec.sub_parameters}
    passable = [codec for codec in codecs if codec.inspector and not codec.intra_only]
    return main | subs | {encoded_name(codec): (codec, codec.parameters) for codec in passable}


def read_stream(name: str, codec: Codec, values: Values) -> StreamSettings:
    """Return the settings of the stream with this name; `values` are those of its group of parameters."""
    settings = StreamSettings.of(codec, values)
    return replace(settings, passes=False) if name == encoded_name(codec) else settings


def read_streams(values: Callable[[str], Values]) -> dict[str, StreamSettings]:
    """Return the settings of all streams by name; `values` returns a group of parameters."""
    streams = {name: read_stream(name, codec, values(group)) for name, (codec, group) in stream_groups().items()}
    return streams | {"3gpp": PHONE}
