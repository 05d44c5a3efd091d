"""Encoded pictures as sources send them, made by FFmpeg's encoders."""

from fractions import Fraction

import av
from tests.media.stage import grey


def h264(count: int, size: tuple[int, int] = (320, 240), gop: int = 5, first: int = 0, **options: str) -> list[bytes]:
    """Access units of grey pictures, each a little brighter than the last one, in decoding order."""
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height = size
    context.pix_fmt = {"high444": "yuv444p", "high10": "yuv420p10le"}.get(options.get("profile", ""), "yuv420p")
    context.time_base, context.gop_size = Fraction(1, 30), gop
    context.options = {"tune": "zerolatency", "preset": "ultrafast"} | options
    packets = []
    for number in range(count):
        frame = grey(40 + 4 * ((first + number) % 50), size).reformat(format=context.pix_fmt)
        frame.pts = number
        packets += context.encode(frame)
    return [bytes(packet) for packet in [*packets, *context.encode(None)]]


def units(payload: bytes, *leave_out: int) -> list[bytes]:
    """The NAL units of an access unit, without those of some types."""
    return [
        unit for unit in payload.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")[1:] if unit[0] & 31 not in leave_out
    ]


def annex_b(parts: list[bytes]) -> bytes:
    return b"".join(b"\0\0\0\1" + part for part in parts)
