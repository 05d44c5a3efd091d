"""Walking figure of the scene: drawn once per pose, then blended into the pictures."""

from math import cos, hypot, pi, sin
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw

from ipcamd.media.image.overlay import Weights
from ipcamd.media.source.drawing import round_to_even, to_planes

POSES = 24
"""Poses of one stride: two steps."""

STRIDE = 0.96
"""Length of a stride, in heights of the figure."""

WIDTH = 0.7
"""Width of the widest pose, in heights of the figure."""

_FINE = 4
"""Oversampling factor: Pillow's shapes have no smooth edges."""

_SKIN, _HAIR, _COAT, _SLEEVE = "#d9a27e", "#3a2a24", "#b8402f", "#a13526"
_LEG, _FAR_LEG, _SHOE, _SCARF = "#2b3550", "#20283d", "#15181f", "#e8c35a"

_Point = tuple[float, float]


Parts: TypeAlias = tuple[tuple[Weights, Weights], ...]
"""Weights for `Tile`, plane by plane."""


class Figure:
    """Figure of one size; each of its `POSES` poses is drawn when it is first needed."""

    def __init__(self, height: int) -> None:
        """`height` is in pixels."""
        self._height = height
        self._poses: dict[int, tuple[Parts, bool]] = {}
        """Poses, and whether they walk to the left: each in its last direction, as blending needs contiguous rows."""

    def pose(self, number: int, to_left: bool) -> Parts:
        """Return a pose of walking to the left or right; the feet are at the lower edge, the body is centred."""
        parts, is_mirrored = self._poses.get(number) or (_drawn(self._height, number), False)
        if is_mirrored is not to_left:
            parts = _mirror(parts)
        self._poses[number] = parts, to_left
        return parts


def _drawn(height: int, pose: int) -> Parts:
    color, mask = _cropped(*_drawing(height, 2 * pi * pose / POSES))
    covered = [np.asarray(image, np.uint16) for image in (mask, mask.reduce(2))]
    weights = [part + part // 128 for part in covered]  # 0 to 256
    parts = zip(to_planes(color), (weights[0], weights[1], weights[1]), strict=True)
    return tuple((256 - weight, weight * plane) for plane, weight in parts)


def _mirror(parts: Parts) -> Parts:
    return tuple((np.ascontiguousarray(keep[:, ::-1]), np.ascontiguousarray(add[:, ::-1])) for keep, add in parts)


def _cropped(color: Image.Image, mask: Image.Image) -> tuple[Image.Image, Image.Image]:
    """Crop empty borders, on the left and right by the same amount."""
    width, height = mask.size
    left, top, right, _ = mask.getbbox() or (0, 0, width, height)
    side = min(left, width - right) // 2 * 2
    box = side, top // 2 * 2, width - side, height
    return color.crop(box), mask.crop(box)


def _drawing(height: int, phase: float) -> tuple[Image.Image, Image.Image]:
    """Return the figure in colour, and its mask (0 to 255)."""
    size = round_to_even(height * WIDTH), round_to_even(height * 1.06)
    large = size[0] * _FINE, size[1] * _FINE
    color, mask = Image.new("RGB", large, "#20242c"), Image.new("L", large, 0)
    _shadow(mask, height * _FINE)
    _Body(ImageDraw.Draw(color), ImageDraw.Draw(mask), height * _FINE, large[0] / 2).walk(phase)
    return color.resize(size, Image.Resampling.BOX), mask.resize(size, Image.Resampling.BOX)


def _shadow(mask: Image.Image, unit: float) -> None:
    width, height = mask.size
    draw = ImageDraw.Draw(mask)
    for step in range(8):
        x, y = unit * (0.24 - 0.024 * step), unit * (0.04 - 0.004 * step)
        draw.ellipse(
            (width / 2 - x, height - unit * 0.055 - y, width / 2 + x, height - unit * 0.055 + y), 14 * (step + 1)
        )


class _Body:
    """Draws limbs into a colour image and its mask at once; lengths are in heights of the figure, feet at 0."""

    def __init__(self, color: ImageDraw.ImageDraw, mask: ImageDraw.ImageDraw, unit: float, middle: float) -> None:
        self._color, self._mask, self._unit, self._middle = color, mask, unit, middle

    def walk(self, phase: float) -> None:
        """Draw the whole body, from the far side to the near one, facing right."""
        legs = [_leg(phase), _leg(phase + pi)]
        hip = (0.0, max(-foot[1] for _, foot in legs))
        chest = (0.018, hip[1] + 0.30)
        self._arm(chest, -0.55 * sin(phase + pi), "#8c2c20")
        self._legs(hip, legs[1], _FAR_LEG)
        self._legs(hip, legs[0], _LEG)
        self._trunk(hip, chest)
        self._head((chest[0] + 0.012, chest[1] + 0.105))
        self._arm(chest, -0.55 * sin(phase), _SLEEVE)

    def _legs(self, hip: _Point, leg: tuple[_Point, _Point], color: str) -> None:
        knee, foot = (_plus(hip, joint) for joint in leg)
        self._limb(hip, knee, 0.088, 0.074, color)
        self._limb(knee, _plus(foot, (0, 0.035)), 0.074, 0.05, color)
        self._limb(_plus(foot, (-0.005, 0.02)), _plus(foot, (0.062, 0.014)), 0.044, 0.03, _SHOE)

    def _trunk(self, hip: _Point, chest: _Point) -> None:
        self._limb(hip, _plus(chest, (0, -0.02)), 0.135, 0.15, _COAT)
        self._limb(_plus(hip, (0, -0.06)), hip, 0.15, 0.135, _COAT)
        self._limb(_plus(chest, (-0.02, 0.035)), _plus(chest, (0.04, 0.028)), 0.055, 0.055, _SCARF)

    def _head(self, at: _Point) -> None:
        self._limb(_plus(at, (-0.012, 0.018)), _plus(at, (-0.008, 0.03)), 0.125, 0.12, _HAIR)
        self._limb(_plus(at, (0.014, -0.01)), _plus(at, (0.012, 0.014)), 0.098, 0.098, _SKIN)
        self._limb(_plus(at, (0.055, 0.0)), _plus(at, (0.066, -0.004)), 0.024, 0.018, _SKIN)
        self._limb(_plus(at, (-0.03, 0.058)), _plus(at, (0.036, 0.055)), 0.04, 0.03, _HAIR)

    def _arm(self, chest: _Point, swing: float, color: str) -> None:
        elbow = _plus(chest, _turned(0.155, swing - 0.05))
        hand = _plus(elbow, _turned(0.135, swing + 0.35))
        self._limb(chest, elbow, 0.072, 0.062, color)
        self._limb(elbow, hand, 0.062, 0.05, color)
        self._limb(hand, _plus(hand, _turned(0.02, swing + 0.4)), 0.046, 0.04, _SKIN)

    def _limb(self, start: _Point, end: _Point, thick: float, thin: float, color: str) -> None:
        """Draw a tapered line with round ends."""
        ends = [(self._at(start), thick / 2 * self._unit), (self._at(end), thin / 2 * self._unit)]
        (x, y), (right, bottom) = ends[0][0], ends[1][0]
        length = hypot(right - x, bottom - y) or 1.0
        across = (bottom - y) / length, (x - right) / length
        sides = [
            (x + across[0] * radius * side, y + across[1] * radius * side)
            for ((x, y), radius), side in zip((*ends, *ends[::-1]), (1, 1, -1, -1), strict=True)
        ]
        for draw, ink in ((self._color, color), (self._mask, 255)):
            draw.polygon(sides, ink)
            for (x, y), radius in ends:
                draw.ellipse((x - radius, y - radius, x + radius, y + radius), ink)

    def _at(self, point: _Point) -> _Point:
        """Return where a point of the body is in the drawing."""
        return self._middle + point[0] * self._unit, self._unit * 1.005 - point[1] * self._unit


def _leg(phase: float) -> tuple[_Point, _Point]:
    """Return knee and foot, seen from the hip: the leg swings like a pendulum, its knee bent on the way forward."""
    thigh = 0.47 * sin(phase)
    shin = thigh - 0.1 - 0.62 * max(0.0, cos(phase + 0.15))
    knee = _turned(0.245, thigh)
    return knee, _plus(knee, _turned(0.255, shin))


def _turned(length: float, angle: float) -> _Point:
    """Return the end of a hanging limb that is turned forward by `angle` radians."""
    return length * sin(angle), -length * cos(angle)


def _plus(a: _Point, b: _Point) -> _Point:
    return a[0] + b[0], a[1] + b[1]
