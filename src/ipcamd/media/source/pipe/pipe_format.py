"""Pipe format: format of the data that a program writes into a pipe."""

import re
from fractions import Fraction

from ipcamd.dataclass import dataclass
from ipcamd.media.source.source_query import parse_query, parse_rate

_PIXEL_FORMATS = (
    "yuv420p, yuvj420p, nv12, nv21, yuv422p, yuyv422, uyvy422, rgb565le, rgb24, bgr24, rgba, bgra, argb, abgr, gray"
)
"""FFmpeg's names of pixel formats, as the error message lists them."""

MJPEG = "mjpeg"
"""JPEG after JPEG."""

_STREAMS = {MJPEG: MJPEG, "h264": "h264", "h265": "hevc", "hevc": "hevc", "mpegts": "mpegts"}
"""Encoded formats, and FFmpeg's name of each. A reader can start anywhere in them."""

_LARGEST = 8192
"""Largest width and height, in pixels."""


@dataclass(frozen=True, slots=True)
class PipeFormat:
    """Format of the data."""

    name: str
    """FFmpeg's name of a pixel format or an encoded format."""
    size: tuple[int, int] = (0, 0)
    """Width and height of raw frames, in pixels; (0, 0) for an encoded format."""
    rate: Fraction = Fraction(0)
    """Raw frames per second; 0 for an encoded format."""

    @property
    def may_have_audio(self) -> bool:
        """Whether the format has room for sound."""
        return self.name == "mpegts"


def parse_format(query: str) -> PipeFormat:
    """Return the format of ``format=yuv420p&size=640x480&rate=25`` or ``format=mpegts``. Raises ``ValueError`` with the
    error and the permitted values."""
    values = parse_query(query, {"format": _parse_name, "size": _parse_size, "rate": parse_rate})
    name = values.get("format")
    if name is None:
        raise ValueError("format is missing, as in ?format=yuv420p&size=1280x720&rate=25 or ?format=mpegts")
    if name in _STREAMS:
        if len(values) > 1:
            raise ValueError(f"{name} contains its size and rate; give only the format")
        return PipeFormat(_STREAMS[name])
    if missing := {"size", "rate"} - values.keys():
        raise ValueError(f"{max(missing)} is missing, as in ?format={name}&size=1280x720&rate=25")
    return PipeFormat(name, values["size"], values["rate"])


def _parse_name(text: str) -> str:
    if text not in _PIXEL_FORMATS.split(", ") and text not in _STREAMS:
        raise ValueError(f"use a pixel format ({_PIXEL_FORMATS}) or a stream ({', '.join(_STREAMS)})")
    return text


def _parse_size(text: str) -> tuple[int, int]:
    if found := re.fullmatch("([0-9]{1,4})x([0-9]{1,4})", text):
        width, height = map(int, found.groups())
        if all(2 <= side <= _LARGEST and side % 2 == 0 for side in (width, height)):
            return width, height
    raise ValueError(f"use width and height in pixels, even numbers from 2 to {_LARGEST}, such as 1280x720")
