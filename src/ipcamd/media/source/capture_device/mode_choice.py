"""Mode selection: the camera mode that suits the wanted format."""

from collections.abc import Collection, Iterable

from ipcamd.dataclass import dataclass

ENCODED = {"MJPG": "mjpeg", "JPEG": "mjpeg", "H264": "h264"}
"""Formats of encoded pictures, by the kernel's FourCC: FFmpeg's name of the codec."""


@dataclass(frozen=True, slots=True)
class RawFormat:
    """Layout of a raw pixel format."""

    name: str
    """FFmpeg's name."""
    bytes: int
    """Bytes per pixel in the first plane."""
    rows: tuple[float, ...] = (1,)
    """Length of each plane's rows, relative to the first plane."""


_PLANAR = (1, 0.5, 0.5)

RAW = {
    "YU12": RawFormat("yuv420p", 1, _PLANAR),
    "422P": RawFormat("yuv422p", 1, _PLANAR),
    "NV12": RawFormat("nv12", 1, (1, 1)),
    "NV21": RawFormat("nv21", 1, (1, 1)),
    "YUYV": RawFormat("yuyv422", 2),
    "UYVY": RawFormat("uyvy422", 2),
    "YVYU": RawFormat("yvyu422", 2),
    "RGB3": RawFormat("rgb24", 3),
    "BGR3": RawFormat("bgr24", 3),
    "GREY": RawFormat("gray", 1),
}
"""Raw pixel formats, by the kernel's FourCC."""


_DECODING_COSTS = {"mjpeg": 1, "h264": 2}
"""Order of the processor time to decode a picture of each codec; 0 for raw pictures."""
_ENCODING_COSTS = {"h264": 1, "mjpeg": 2}
"""Order of codecs to pass through: not encoding H.264 saves the most time."""


@dataclass(frozen=True, slots=True)
class CaptureMode:
    """Capture mode of a camera."""

    format: str
    """The kernel's FourCC of its pixel format."""
    size: tuple[int, int]
    """Width and height in pixels."""
    rate: float
    """Pictures per second."""

    @property
    def usable(self) -> bool:
        """Whether its pictures can be decoded."""
        return self.format in ENCODED or self.format in RAW

    def can_pass(self, size: tuple[int, int], rate: int, codecs: Collection[str]) -> bool:
        """Whether its pictures can be passed through to a stream of this size and rate with one of `codecs`."""
        return ENCODED.get(self.format) in codecs and self.size == size and self.rate <= rate + 1


def fitness(mode: CaptureMode, size: tuple[int, int], rate: int) -> float:
    """Return how well a mode covers the wanted size and rate: 1 is completely."""
    across, down = (min(1.0, have / want) for have, want in zip(mode.size, size, strict=True))
    return across * down * min(1.0, (mode.rate + 0.1) / rate)


def choose(
    modes: Iterable[CaptureMode],
    size: tuple[int, int],
    rate: int,
    present: CaptureMode | None = None,
    codecs: Collection[str] = (),
) -> CaptureMode:
    """Return the most suitable mode, preferring the cheapest. Pictures of one of `codecs` need not be
    encoded, so among equally suitable modes one of them is preferred.

    The `present` mode remains unless another suits better or it is more than four times larger than needed, because
    every change interrupts the pictures. Raises ``ValueError`` if there is no usable mode.
    """
    best = min((mode for mode in modes if mode.usable), key=lambda mode: _cost(mode, size, rate, codecs))
    if present is None or (best.can_pass(size, rate, codecs) and not present.can_pass(size, rate, codecs)):
        return best
    stays = fitness(present, size, rate) >= fitness(best, size, rate) and _work(present) <= 4 * _work(best)
    return present if stays else best


def _work(mode: CaptureMode) -> float:
    return mode.size[0] * mode.size[1] * mode.rate


def _cost(
    mode: CaptureMode, size: tuple[int, int], rate: int, codecs: Collection[str]
) -> tuple[float, bool, int, float, int]:
    """Rank modes: by fitness, then by passthrough, fewer pixels, lower rate, and the processor time of the format."""
    passes = mode.can_pass(size, rate, codecs)
    costs = _ENCODING_COSTS if passes else _DECODING_COSTS
    return (
        -round(fitness(mode, size, rate), 3),
        not passes,
        mode.size[0] * mode.size[1],
        mode.rate,
        costs.get(ENCODED.get(mode.format, ""), 0),
    )
