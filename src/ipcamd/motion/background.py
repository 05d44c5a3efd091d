"""Background model: the picture without movement, and the pixels that differ from it. Imported by media threads only.

Planes are rows by columns of grey, 0 to 255, some ten thousand pixels; a picture takes a fraction of a millisecond.
"""

from math import exp

import numpy as np
from numpy.typing import NDArray

from ipcamd.motion import light
from ipcamd.motion.light import Grey

CALM, BUSY = 1.5, 12.0
"""Seconds in which the background follows the picture, where it hardly differs and where it does."""
NOISE, TUMULT = 4.0, 12.0
"""Seconds in which the noise of a pixel is learnt, where it is calm and where it is not, such as in leaves."""
RECENT = 0.4
"""Seconds over which a pixel's present change is measured."""
STIR = 0.5
"""Seconds in which a change is forgotten."""
STEP = 6.0
"""A pixel that differs by less, or by less than its noise, is calm."""
CUT = 0.3
"""If so large a part of a calm picture changes at once, the light or the whole picture changed: that is no motion."""
GLARE = 12.0
"""A change of light by so many grey levels in a second dazzles: motion cannot be told from it ..."""
BLINK = 3.0
"""... but not for longer than so many seconds."""

_RIPPLE = 0.2
"""Light that changes by a smaller part may be mains lamps, and change back at once."""
_BEYOND = -255, 4 * 255
_FIRST_NOISE = 2.0
_SIGMAS = 4.0
"""Noise, the mean deviation, is exceeded so many times by one pixel in a thousand."""


class Background:
    """Learns from each picture. All pictures have one shape."""

    def __init__(self, picture: Grey) -> None:
        self._level = picture.copy()
        """Not limited to 0 to 255: clipped pixels return with the light."""
        self._noise = np.full(picture.shape, _FIRST_NOISE, np.float32)
        """How far a pixel is from its level on average, while nothing moves."""
        self._recent = picture.copy()
        self._stir = np.zeros(picture.shape, np.float32)
        self._glare = 0.0
        """Grey levels by which the light changed in the last second or so."""
        self._blink = BLINK
        """Seconds for which it may still be dazzled."""
        self._busy = 0.0
        """The part of the last picture that moved, 0 to 1."""

    def measure_motion(self, picture: Grey, seconds: float) -> Grey:
        """Return by how much each pixel differs because of motion, 0 without motion; and learn from the picture.

        `seconds` since the last picture.
        """
        if self._dazzled(picture, seconds):
            return self._relearn(picture)
        size = np.abs(picture - np.clip(self._level, 0, 255))
        unrest = 1.2 * light.median(size[::3, ::3].ravel())
        floor = np.maximum(STEP, _SIGMAS * np.maximum(self._noise, unrest))
        busy = size > floor
        self._stir *= np.float32(exp(-seconds / STIR))
        np.maximum(self._stir, np.abs(picture - self._recent), out=self._stir)
        moved = self._moved(picture, size, floor, unrest) if busy.any() else np.zeros_like(size)
        if self._cut(moved):
            return self._relearn(picture)
        self._learn(picture, size, busy, seconds)
        return moved

    def _dazzled(self, picture: Grey, seconds: float) -> bool:
        """Make the background as bright as the picture; tell whether the light changes too much to see anything."""
        gain, offset = light.estimate_change(np.clip(self._level, 0, 255), picture)
        self._glare *= exp(-seconds)
        if (gain, offset) != (1, 0):
            lit = np.clip(gain * self._level + offset, *_BEYOND)
            self._glare = min(3 * GLARE, self._glare + float(np.abs(lit - self._level).mean()))
            self._level, self._recent = lit, np.clip(gain * self._recent + offset, 0, 255)
            # noise grows with the light; whether it falls with it is for experience to say
            self._noise *= np.float32(gain if abs(gain - 1) < _RIPPLE else max(1, gain))
        dazzled = self._glare > GLARE and self._blink > 0
        self._blink = min(BLINK, self._blink + (-seconds if self._glare > GLARE else seconds / 2))
        return dazzled

    def _moved(self, picture: Grey, size: Grey, floor: Grey, unrest: float) -> Grey:
        size = np.minimum(size, np.abs(picture - light.relit(self._level, picture, unrest)))
        # what stands still is no movement, however different it is
        moved: Grey = np.multiply(size > floor, np.minimum(size, _around(self._stir)))
        return moved

    def _cut(self, moved: Grey) -> bool:
        before, self._busy = self._busy, int(np.count_nonzero(moved)) / moved.size
        return self._busy > CUT > 2 * before

    def _relearn(self, picture: Grey) -> Grey:
        """Take the picture as the background; return no motion."""
        self._level, self._recent = picture.copy(), picture.copy()
        self._stir.fill(0)
        return np.zeros_like(picture)

    def _learn(self, picture: Grey, size: Grey, busy: NDArray[np.bool_], seconds: float) -> None:
        self._level += (picture - np.clip(self._level, 0, 255)) * _either(busy, seconds, BUSY, CALM)
        self._noise += (np.minimum(size, 3 * self._noise) - self._noise) * _either(busy, seconds, TUMULT, NOISE)
        self._recent += (picture - self._recent) * np.float32(_part(seconds, RECENT))


def _around(plane: Grey) -> Grey:
    """Return for each pixel the largest value within two pixels."""
    rows, columns = plane.shape
    wide = np.zeros((rows + 4, columns + 4), np.float32)  # np.pad takes ten times as long
    wide[2:-2, 2:-2] = plane
    tall = wide[:rows].copy()
    for start in range(1, 5):
        np.maximum(tall, wide[start : start + rows], out=tall)
    most = tall[:, :columns].copy()
    for start in range(1, 5):
        np.maximum(most, tall[:, start : start + columns], out=most)
    return most


def _either(mask: NDArray[np.bool_], seconds: float, inside: float, outside: float) -> Grey:
    """Return how far to move in so many seconds, at one speed inside of the mask and at another one outside."""
    slow, fast = _part(seconds, inside), _part(seconds, outside)
    return np.float32(slow - fast) * mask + np.float32(fast)


def _part(seconds: float, span: float) -> float:
    return 1 - exp(-seconds / span)
