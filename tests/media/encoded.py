"""Encoded pictures as sources send them, made by FFmpeg's encoders."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import simplejpeg
from tests.media.scripted_source import grey

from ipcamd.media.planes import planes

FORMATS = {"high444": "yuv444p", "main444-8": "yuv444p", "high10": "yuv420p10le", "main10": "yuv420p10le"}
"""Pixel formats of profiles; others have ``yuv420p``."""


def h264(count: int, size: tuple[int, int] = (320, 240), gop: int = 5, first: int = 0, **options: str) -> list[bytes]:
    """Access units of grey pictures, each a little brighter than the last one, in decoding order."""
    return _encode("libx264", count, size, gop, first, {"tune": "zerolatency", "preset": "ultrafast"} | options)


def h265(
    count: int, size: tuple[int, int] = (320, 240), gop: int = 5, parameters: str = "", **options: str
) -> list[bytes]:
    """The same in H.265; `parameters` are x265's own."""
    own = "pools=none:frame-threads=1:log-level=none:info=0:repeat-headers=1:open-gop=0:scenecut=0"
    usual = {"tune": "zerolatency", "preset": "ultrafast", "x265-params": f"{own}:{parameters}".rstrip(":")}
    return _encode("libx265", count, size, gop, 0, usual | options)


def jpegs(count: int, size: tuple[int, int] = (320, 240)) -> list[bytes]:
    """The same as JPEGs."""
    frames = (grey(40 + 4 * (number % 50), size) for number in range(count))
    return [simplejpeg.encode_jpeg_yuv_planes(*map(np.ascontiguousarray, planes(frame))) for frame in frames]


def _encode(
    encoder: str, count: int, size: tuple[int, int], gop: int, first: int, options: dict[str, str]
) -> list[bytes]:
    context = av.CodecContext.create(encoder, "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height = size
    context.pix_fmt = FORMATS.get(options.get("profile", ""), "yuv420p")
    context.time_base, context.gop_size = Fraction(1, 30), gop
    context.options = options
    packets = []
    for number in range(count):
        frame = grey(40 + 4 * ((first + number) % 50), size).reformat(format=context.pix_fmt)
        frame.pts = number
        packets += context.encode(frame)
    return [bytes(packet) for packet in [*packets, *context.encode(None)]]


def units(payload: bytes, *leave_out: int) -> list[bytes]:
    """The NAL units of an access unit of H.264, without those of some types."""
    return [unit for unit in _split(payload) if unit[0] & 31 not in leave_out]


def h265_units(payload: bytes, *leave_out: int) -> list[bytes]:
    """The same of H.265."""
    return [unit for unit in _split(payload) if unit[0] >> 1 not in leave_out]


def _split(payload: bytes) -> list[bytes]:
    return payload.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")[1:]


def annex_b(parts: list[bytes]) -> bytes:
    return b"".join(b"\0\0\0\1" + part for part in parts)


def write_movie(path: Path, payloads: list[bytes], size: tuple[int, int], rate: int, gop: int) -> None:
    """Write a file with these access units of H.264."""
    with av.open(str(path), "w") as box:
        stream = box.add_stream("libx264", rate=rate)
        stream.width, stream.height = size
        stream.codec_context.extradata = payloads[0]
        for number, payload in enumerate(payloads):
            packet = av.Packet(payload)
            packet.pts = packet.dts = number
            packet.time_base, packet.stream, packet.is_keyframe = Fraction(1, rate), stream, number % gop == 0
            packet.duration = 1
            box.mux(packet)
