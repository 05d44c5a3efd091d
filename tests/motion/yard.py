"""Synthetic yard for motion detection, moving objects in it, and a detector that sees it."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ipcamd.media.image.analysis_tap import AnalysisFrame
from ipcamd.motion.level_detector import LevelDetector, WindowResult
from ipcamd.motion.windows import Window
from ipcamd.time_units import SECOND_NS

NOON = 1_750_000_000 * SECOND_NS
RATE = 15
ROWS, COLUMNS = 90, 160

Grey = NDArray[np.float64]
Change = Callable[[Grey, float], Grey]
"""A picture, and seconds since something began, to a picture."""


def window(
    sensitivity: int = 50, percent: int = 5, box: tuple[int, int, int, int] = (0, 0, 640, 480), enabled: bool = True
) -> Window:
    return Window("", enabled, box, (), sensitivity, percent)


def yard(rows: int = ROWS, columns: int = COLUMNS) -> Grey:
    """A wall with edges, textured ground, and plain sky: levels 30 to 200."""
    down, across = np.mgrid[:rows, :columns]
    picture = 90 + 25 * np.sin(across / 3.7) * np.cos(down / 2.9) + 12 * np.sin((across + 2 * down) / 11)
    picture[: rows // 3] = 165
    picture[rows // 3 : rows // 2, columns // 4 : columns // 2] = 45
    picture[rows // 4 : rows // 2, 3 * columns // 4 : 4 * columns // 5] = 200
    return picture


def walker(
    left: int, contrast: float = -50, size: tuple[int, int] = (16, 7), top: int = 60, texture: float = 6
) -> Change:
    """Something that walks to the right, 15 pixels a second, beginning at `left`. `contrast` is its own to the mean of
    what is around it; its texture spreads by `texture`."""
    thing = contrast + texture * np.random.default_rng(5).normal(0, 1, size)

    def walk(picture: Grey, seconds: float) -> Grey:
        at = left + round(seconds * RATE)
        made = picture.copy()
        place = made[top : top + size[0], max(0, at) : max(0, at + size[1])]
        place[:] = picture[top : top + size[0]].mean() + thing[: place.shape[0], : place.shape[1]]
        return made

    return walk


class Showing:
    """Shows a detector one picture after the other."""

    def __init__(self, *windows: Window, noise: float = 1.0, rate: float = RATE, picture: Grey | None = None) -> None:
        self.detector = LevelDetector(windows)
        self.noise = noise
        self.rate = rate
        self.picture = yard() if picture is None else picture
        self.time = NOON
        self.view = 1
        self._random = np.random.default_rng(7)

    def show(self, seconds: float, *changes: Change) -> list[tuple[WindowResult, ...]]:
        """Show pictures; return the result of each window for each picture."""
        return [self.one(number / self.rate, *changes) for number in range(round(seconds * self.rate))]

    def one(self, seconds: float, *changes: Change) -> tuple[WindowResult, ...]:
        made = self.picture
        for change in changes:
            made = change(made, seconds)
        made = made + self._random.normal(0, 1, made.shape) * self.noise
        self.time += round(SECOND_NS / self.rate)
        return self.detector.detect(
            AnalysisFrame(np.clip(np.rint(made), 0, 255).astype(np.uint8), self.time, self.view)
        )

    def calm(self, seconds: float = 2.0) -> None:
        """Let it learn the scene; fail if it detects anything."""
        assert quiet(self.show(seconds))

    def lose(self) -> tuple[WindowResult, ...]:
        """Show that there is no signal."""
        self.time += SECOND_NS // 2
        return self.detector.detect(AnalysisFrame(None, self.time, self.view))


def quiet(results: list[tuple[WindowResult, ...]]) -> bool:
    return not any(result.alarm for seen in results for result in seen)


def alarmed(results: list[tuple[WindowResult, ...]]) -> list[bool]:
    """Of each window whether it was over in any picture."""
    return [any(result.alarm for result in seen) for seen in zip(*results, strict=True)]
