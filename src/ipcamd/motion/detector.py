"""How much of each window moves, told from one small grey picture after the other.

Imported by media threads only: it brings numpy.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ipcamd.media.glance import Glance
from ipcamd.motion.background import Background
from ipcamd.motion.windows import Window
from ipcamd.params.motion import HEIGHT, WIDTH

SECOND = 1_000_000_000
SETTLE = 1.0
"""Seconds that a new background is learnt before anything counts."""
GAP = 2.5
"""Seconds without a picture after which the background is learnt anew."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sight:
    """What one window saw in one picture."""

    share: float = 0.0
    """How much of its area moves, 0 to 1."""
    over: bool = False
    """That is enough for an alarm."""

    @property
    def level(self) -> int:
        """The motion level of the Status word (SDK 3.1), 0 to 255."""
        return -(-round(self.share * 25500) // 100)


NOTHING = Sight()


class Detector:
    """Watches windows. For one thread at a time; `windows` may be replaced from any."""

    def __init__(self, windows: Sequence[Window]) -> None:
        self.windows = windows
        self._background: Background | None = None
        self._view = 0
        self._since = 0
        self._last = 0
        self._shape: tuple[int, ...] = ()

    def forget(self) -> None:
        """Begin anew: what comes next must not be compared with what was."""
        self._background = None

    def see(self, glance: Glance) -> tuple[Sight, ...]:
        """Return what each window sees."""
        if glance.plane is None or self._background is None or not self._follows(glance, glance.plane.shape):
            self._begin(glance)
            return (NOTHING,) * len(self.windows)
        seconds = (glance.captured - self._last) / SECOND
        self._last = glance.captured
        picture = glance.plane.astype(np.float32)
        difference = np.abs(picture - self._background.level)
        noise = self._background.noise.copy()
        settled = glance.captured - self._since >= SETTLE * SECOND
        self._background.learn(picture, seconds if settled else 4 * seconds)
        if not settled:
            return (NOTHING,) * len(self.windows)
        return tuple(_sight(window, difference, noise) for window in self.windows)

    def _follows(self, glance: Glance, shape: tuple[int, ...]) -> bool:
        close = 0 < glance.captured - self._last <= GAP * SECOND
        return close and glance.view == self._view and shape == self._shape

    def _begin(self, glance: Glance) -> None:
        self._background = None if glance.plane is None else Background(glance.plane)
        self._shape = () if glance.plane is None else glance.plane.shape
        self._view, self._since, self._last = glance.view, glance.captured, glance.captured


def threshold(sensitivity: int) -> float:
    """Return by how much a pixel must differ at least: 48 grey levels for sensitivity 0, 17 for 50, 6 for 100."""
    return 6 * 8 ** ((100 - sensitivity) / 100)


def mask(window: Window, shape: tuple[int, int]) -> Mask:
    """Return the window's area in a picture of that shape: of each box at least one pixel."""
    rows, columns = shape
    area = np.zeros(shape, np.bool_)
    for left, top, right, bottom in window.boxes:
        first, last = round(top * rows / HEIGHT), round(bottom * rows / HEIGHT)
        start, end = round(left * columns / WIDTH), round(right * columns / WIDTH)
        area[min(first, rows - 1) : max(last, first + 1), min(start, columns - 1) : max(end, start + 1)] = True
    return area


def _sight(window: Window, difference: NDArray[np.float32], noise: NDArray[np.float32]) -> Sight:
    if not window.watches:
        return NOTHING
    area = mask(window, (difference.shape[0], difference.shape[1]))
    moved = (difference > np.maximum(threshold(window.sensitivity), 4 * noise)) & area
    share = float(moved.sum() / area.sum())
    return Sight(share, share > 0 and share >= window.percent / 100)
