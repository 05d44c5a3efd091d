"""Mode selection: the mode of a camera that suits the wanted format."""

from collections.abc import Iterable
from dataclasses import dataclass

MOTION_JPEG = ("MJPG", "JPEG")


@dataclass(frozen=True, slots=True)
class RawFormat:
    """Layout of a raw pixel format."""

    name: str
    """FFmpeg's name for it."""
    bytes: int
    """Bytes per pixel in the first plane."""
    rows: tuple[float, ...] = (1,)
    """How long each plane's rows are, the first one's being 1."""


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
"""Raw pixel formats, by the kernel's four letters."""


@dataclass(frozen=True, slots=True)
class CaptureMode:
    """One way of working of a camera."""

    format: str
    """The kernel's four letters for its pixel format."""
    size: tuple[int, int]
    rate: float
    """Pictures per second."""

    @property
    def usable(self) -> bool:
        """Whether its pictures can be decoded."""
        return self.format in MOTION_JPEG or self.format in RAW


def fitness(mode: CaptureMode, size: tuple[int, int], rate: int) -> float:
    """Return how much of what is wanted a mode gives: 1 all of it."""
    across, down = (min(1.0, have / want) for have, want in zip(mode.size, size, strict=True))
    return across * down * min(1.0, (mode.rate + 0.1) / rate)


def choose(
    modes: Iterable[CaptureMode], size: tuple[int, int], rate: int, present: CaptureMode | None = None
) -> CaptureMode:
    """Return the mode that gives most of what is wanted, and of several such the cheapest.

    The `present` mode stays as long as none serves better and it is not four times as large as need be: every change
    makes a gap in the pictures. Raises ``ValueError`` if there is no usable mode.
    """
    best = min((mode for mode in modes if mode.usable), key=lambda mode: _cost(mode, size, rate))
    stays = present and fitness(present, size, rate) >= fitness(best, size, rate)
    return present if present and stays and _work(present) <= 4 * _work(best) else best


def _work(mode: CaptureMode) -> float:
    return mode.size[0] * mode.size[1] * mode.rate


def _cost(mode: CaptureMode, size: tuple[int, int], rate: int) -> tuple[float, int, float, bool]:
    """Rank modes: first what they give, then fewer pixels, fewer pictures, and raw ones: they need no decoding."""
    return -round(fitness(mode, size, rate), 3), mode.size[0] * mode.size[1], mode.rate, mode.format in MOTION_JPEG
