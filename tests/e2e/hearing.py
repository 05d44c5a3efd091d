"""When a light flashes and when a beep is heard, in what the camera sent; and the clip that has both."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tests.e2e.parts import Part
from tests.e2e.pictures import decode_jpeg

RATE = 8000
BLOCK = 320
SOUND = ord("A")


def linear(codes: bytes) -> NDArray[np.float64]:
    """u-law to samples, -1 to 1, by the formula of ITU-T G.711 (a decoder of its own)."""
    code = ~np.frombuffer(codes, np.uint8) & 0xFF
    magnitude = ((((code & 0x0F).astype(int) << 3) + 132) << (code >> 4 & 7)) - 132
    return np.where(code & 0x80, -magnitude, magnitude) / 32768


def beeps(parts: Sequence[Part]) -> list[float]:
    """The moments at which a beep begins."""
    sound = [part for part in parts if part.type == SOUND]
    loud = np.abs(np.concatenate([linear(part.payload) for part in sound])) > 0.03
    # a beep: loud now, and quiet for the 50 ms before
    loud_lately = np.convolve(loud, np.ones(RATE // 20), "full")[: loud.size] - loud
    return [sound[at // BLOCK].captured + at % BLOCK / RATE for at in np.flatnonzero(loud & (loud_lately == 0))]


def flashes(parts: Sequence[Part], box: tuple[slice, slice]) -> list[float]:
    """The moments at which that part of the pictures becomes light."""
    pictures = [part for part in parts if part.type != SOUND]
    return rises([(part.captured, float(decode_jpeg(part.payload)[box].mean())) for part in pictures])


def rises(levels: Sequence[tuple[float, float]]) -> list[float]:
    """The moments at which a level, given with its moments, goes over its middle."""
    level = np.array([value for _, value in levels])
    limit = (level.min() + level.max()) / 2
    return [levels[at][0] for at in np.flatnonzero((level[1:] >= limit) & (level[:-1] < limit)) + 1]


def nearest(moment: float, moments: Sequence[float]) -> float:
    return min(moments, key=lambda other: abs(moment - other))


def apart(parts: Sequence[Part], box: tuple[slice, slice]) -> list[float]:
    """By how many milliseconds each flash comes after the beep that is nearest; ends are left out."""
    heard = beeps(parts)
    first, last = (parts[at].captured for at in (0, -1))
    seen = [moment for moment in flashes(parts, box) if first + 0.5 < moment < last - 0.5]
    return [1000 * (moment - nearest(moment, heard)) for moment in seen]


def flashing_video(path: Path, seconds: int = 6) -> Path:
    """A video, 25 pictures per second: at the start of each second it is white for 0.1 s, and there is a beep."""
    picture = f"color=black:s=320x240:r=25:d={seconds}"
    sound = f"aevalsrc='0.5*sin(2*PI*1000*t)*lt(mod(t,1),0.1)':s=44100:d={seconds}"
    white = "[0]drawbox=c=white:t=fill:enable='lt(mod(t,1),0.1)',setsar=1[v]"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    command += ["-filter_complex", white, "-map", "[v]", "-map", "1:a", "-c:v", "mpeg4", "-q:v", "4", "-c:a", "aac"]
    subprocess.run([*command, str(path)], check=True, stdin=subprocess.DEVNULL)
    return path
