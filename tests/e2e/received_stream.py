"""Synchronization of flashes and beeps in streams, and a clip that contains both."""

import itertools
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tests.e2e.parts import Part
from tests.e2e.pictures import decode_jpeg

RATE = 8000
BLOCK = 320
SOUND = ord("A")
LONGEST = 2000
"""Pictures after which one gives up."""


def linear(codes: bytes) -> NDArray[np.float64]:
    """u-law to samples, -1 to 1, by the formula of ITU-T G.711 (a decoder of its own)."""
    code = ~np.frombuffer(codes, np.uint8) & 0xFF
    magnitude = ((((code & 0x0F).astype(int) << 3) + 132) << (code >> 4 & 7)) - 132
    return np.where(code & 0x80, -magnitude, magnitude) / 32768


@dataclass(frozen=True)
class Flash:
    """A light that went on after the capture of a dark picture, at the latest with that of a light one: in seconds."""

    dark: float
    light: float

    def is_exact(self, interval: float) -> bool:
        """Tell whether no picture is missing in between. `interval` is the time from one to the next."""
        return self.light - self.dark < 1.5 * interval

    def apart(self, moment: float, interval: float) -> float:
        """Return the minimum distance from a time; a missing picture might have shown the flash earlier."""
        begun = self.light if self.is_exact(interval) else min(max(moment, self.dark), self.light)
        return abs(begun - moment)


def flashes(levels: Sequence[tuple[float, float]]) -> list[Flash]:
    """Return where a level, given with its times of capture, goes over its middle."""
    level = np.array([value for _, value in levels])
    limit = (level.min() + level.max()) / 2
    return [
        Flash(levels[at][0], levels[at + 1][0]) for at in np.flatnonzero((level[1:] >= limit) & (level[:-1] < limit))
    ]


def beginnings(samples: NDArray[np.float64]) -> list[int]:
    """Return the samples at which a beep begins: it is loud, and quiet for the 50 ms before."""
    loud = np.abs(samples) > 0.03
    loud_lately = np.convolve(loud, np.ones(RATE // 20), "full")[: loud.size] - loud
    return [int(at) for at in np.flatnonzero(loud & (loud_lately == 0))]


def beeps(sound: Sequence[Part]) -> list[float]:
    """The moments at which a beep begins."""
    samples = np.concatenate([linear(part.payload) for part in sound])
    return [sound[at // BLOCK].captured + at % BLOCK / RATE for at in beginnings(samples)]


def nearest(moment: float, moments: Sequence[float]) -> float:
    return min(moments, key=lambda other: abs(moment - other))


@dataclass
class ReceivedStream:
    """Of a stream so far: how light its pictures are, with their times of capture, and the sound."""

    interval: float
    """From one picture to the next, in seconds."""
    levels: list[tuple[float, float]] = field(default_factory=list)
    sound: list[Part] = field(default_factory=list)

    def flashes(self) -> list[Flash]:
        """Return the flashes whose beep must have been heard."""
        first, last = (self.sound[at].captured for at in (0, -1))
        return [flash for flash in flashes(self.levels) if first + 0.3 < flash.dark and flash.light < last - 0.3]

    def apart_ms(self) -> list[float]:
        """Return the minimum distance of each flash from its beep, in milliseconds."""
        heard = beeps(self.sound)
        return [1000 * flash.apart(nearest(flash.light, heard), self.interval) for flash in self.flashes()]

    def count(self, exact: bool) -> int:
        """Return the number of flashes; `exact`: only those without a missing picture before them."""
        if not self.sound or len(self.levels) < 2:
            return 0
        return sum(flash.is_exact(self.interval) or not exact for flash in self.flashes())


def watch(
    parts: Iterator[Part], box: tuple[slice, slice], interval: float, count: int = 3, exact: bool = True
) -> ReceivedStream:
    """Watch a stream until `count` flashes were seen in that part of its pictures."""
    seen = ReceivedStream(interval)
    while seen.count(exact) < count:
        for part in itertools.islice(parts, 50):
            if part.type == SOUND:
                seen.sound.append(part)
            else:
                seen.levels.append((part.captured, float(decode_jpeg(part.payload)[box].mean())))
        assert len(seen.levels) < LONGEST, "no flash is seen without a gap"
    return seen


def flashing_video(path: Path, seconds: int = 6) -> Path:
    """A video, 25 pictures per second: at the start of each second it is white for 0.1 s, and there is a beep."""
    picture = f"color=black:s=320x240:r=25:d={seconds}"
    sound = f"aevalsrc='0.5*sin(2*PI*1000*t)*lt(mod(t,1),0.1)':s=44100:d={seconds}"
    white = "[0]drawbox=c=white:t=fill:enable='lt(mod(t,1),0.1)',setsar=1[v]"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    command += ["-filter_complex", white, "-map", "[v]", "-map", "1:a", "-c:v", "mpeg4", "-q:v", "4", "-c:a", "aac"]
    subprocess.run([*command, str(path)], check=True, stdin=subprocess.DEVNULL)
    return path
