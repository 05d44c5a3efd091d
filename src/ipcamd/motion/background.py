"""Background model: the picture without motion, and the pixels that differ from it. Imported by media threads only.

Planes are rows by columns of grey, 0 to 255, some ten thousand pixels; a picture takes a fraction of a millisecond.
"""

from math import exp

import numpy as np
from numpy.typing import NDArray

from ipcamd.motion import light_compensation
from ipcamd.motion.learning_rate import learning_rate, learning_rates
from ipcamd.motion.light_change_pause import LightChangePause
from ipcamd.motion.light_compensation import Grey
from ipcamd.motion.noise_threshold import PixelNoise

LEARN_CALM_S = 1.5
"""Time constant of the background, for pixels with small differences."""
LEARN_BUSY_S = 12.0
"""Time constant of the background, for pixels with large differences."""
RECENT_S = 0.4
"""Time constant of a pixel's present change."""
CHANGE_DECAY_S = 0.5
"""Time in which a change decays."""
SCENE_CHANGE_PART = 0.3
"""Fraction of a calm picture whose sudden change means that the light or the whole picture changed, which is no motion.
"""
_FLICKER_PART = 0.2
"""A smaller change of light may be the flicker of mains lamps, which is reversed at once."""
_BEYOND = -255, 4 * 255


class Background:
    """Adapts to each picture. All pictures have the same size."""

    def __init__(self, picture: Grey) -> None:
        self._level = picture.copy()
        """Not limited to 0 to 255, so that clipped pixels return with the light."""
        self._noise = PixelNoise(picture.shape)
        self._recent = picture.copy()
        self._recent_change = np.zeros(picture.shape, np.float32)
        self._pause = LightChangePause()
        self._moving_part = 0.0
        """Fraction of the last picture with motion, 0 to 1."""

    def measure_motion(self, picture: Grey, elapsed_s: float) -> Grey:
        """Return each pixel's difference due to motion, 0 without motion, and adapt to the picture. `elapsed_s` is the
        time since the last picture."""
        if self._follow_light(picture, elapsed_s):
            return self._relearn(picture)
        size = np.abs(picture - np.clip(self._level, 0, 255))
        present_noise = 1.2 * light_compensation.median(size[::3, ::3].ravel())
        floor = self._noise.threshold(present_noise)
        busy = size > floor
        self._recent_change *= np.float32(exp(-elapsed_s / CHANGE_DECAY_S))
        np.maximum(self._recent_change, np.abs(picture - self._recent), out=self._recent_change)
        moved = self._find_motion(picture, size, floor, present_noise) if busy.any() else np.zeros_like(size)
        if self._is_scene_change(moved):
            return self._relearn(picture)
        self._learn(picture, size, busy, elapsed_s)
        return moved

    def _follow_light(self, picture: Grey, elapsed_s: float) -> bool:
        """Adapt the background to the light; return whether the light changes too much to detect motion."""
        gain, offset = light_compensation.estimate_change(np.clip(self._level, 0, 255), picture)
        change = 0.0
        if (gain, offset) != (1, 0):
            lit = np.clip(gain * self._level + offset, *_BEYOND)
            change = float(np.abs(lit - self._level).mean())
            self._level, self._recent = lit, np.clip(gain * self._recent + offset, 0, 255)
            # noise increases with the light; it decreases only by adaptation
            self._noise.scale(gain if abs(gain - 1) < _FLICKER_PART else max(1, gain))
        return self._pause.suspends(change, elapsed_s)

    def _find_motion(self, picture: Grey, size: Grey, floor: Grey, present_noise: float) -> Grey:
        size = np.minimum(
            size, np.abs(picture - light_compensation.adapt_to_light(self._level, picture, present_noise))
        )
        # objects at rest are no motion, however different they are
        moved: Grey = np.multiply(size > floor, np.minimum(size, _dilate(self._recent_change)))
        return moved

    def _is_scene_change(self, moved: Grey) -> bool:
        before, self._moving_part = self._moving_part, int(np.count_nonzero(moved)) / moved.size
        return self._moving_part > SCENE_CHANGE_PART > 2 * before

    def _relearn(self, picture: Grey) -> Grey:
        """Use the picture as the background; return no motion."""
        self._level, self._recent = picture.copy(), picture.copy()
        self._recent_change.fill(0)
        return np.zeros_like(picture)

    def _learn(self, picture: Grey, size: Grey, busy: NDArray[np.bool_], elapsed_s: float) -> None:
        self._level += (picture - np.clip(self._level, 0, 255)) * learning_rates(
            busy, elapsed_s, LEARN_BUSY_S, LEARN_CALM_S
        )
        self._noise.learn(size, busy, elapsed_s)
        self._recent += (picture - self._recent) * np.float32(learning_rate(elapsed_s, RECENT_S))


def _dilate(plane: Grey) -> Grey:
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
