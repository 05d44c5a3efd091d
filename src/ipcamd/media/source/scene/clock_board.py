"""Board of the scene: time of day, date, frame counter and flashing lamp, all in the luma plane."""

from datetime import datetime

import numpy as np
from PIL import Image, ImageDraw

from ipcamd.media.planes import Plane
from ipcamd.media.source.drawing import load_font
from ipcamd.media.source.scene.beep import LENGTH_S
from ipcamd.media.source.scene.plan import Box, Plan
from ipcamd.time_units import SECOND_NS

_GLYPHS = "0123456789:.- frame"
_DARK = 27
"""Luma of the background."""


class Board:
    """Draws the board into pictures of one size."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._large = _glyphs(plan.clock.height, 235)
        self._small = _glyphs(plan.small.height, 150)
        self._lamp = {lit: _lamp(plan.lamp, lit) for lit in (False, True)}

    def write(self, luma: Plane, moment: int, local: datetime, number: int) -> None:
        """Write the capture time and the picture's number; the lamp is lit in the first 0.1 s of each second."""
        plan = self._plan
        _put(luma, plan.clock, f"{local:%H:%M:%S}.{local.microsecond // 1000:03}", self._large)
        _put(luma, plan.small, f"{local:%Y-%m-%d}", self._small)
        _put(luma, plan.small, f"frame {number:07}", self._small, at_right=True)
        lamp = plan.lamp
        lit = moment % SECOND_NS < LENGTH_S * SECOND_NS
        luma[lamp.top : lamp.top + lamp.height, lamp.left : lamp.left + lamp.width] = self._lamp[lit]


def _glyphs(height: int, level: int) -> dict[str, Plane]:
    """Return each glyph as a tile, `height` rows tall; all digits are equally wide."""
    face = load_font(height * 1.05)
    tiles = {}
    for glyph in set(_GLYPHS):
        width = round(face.getlength("0" if glyph.isdigit() else glyph))
        image = Image.new("L", (max(1, width), height), _DARK)
        ImageDraw.Draw(image).text((width / 2, height * 0.88), glyph, level, face, "ms")
        tiles[glyph] = np.asarray(image)
    return tiles


def _put(luma: Plane, box: Box, text: str, glyphs: dict[str, Plane], at_right: bool = False) -> None:
    line = np.concatenate([glyphs[glyph] for glyph in text], axis=1)[:, : box.width]
    left = box.left + (box.width - line.shape[1] if at_right else 0)
    luma[box.top : box.top + box.height, left : left + line.shape[1]] = line


def _lamp(box: Box, lit: bool) -> Plane:
    fine = 4
    image = Image.new("L", (box.width * fine, box.height * fine), _DARK)
    draw, side = ImageDraw.Draw(image), box.width * fine
    for inset, level in ((0.0, 70), (0.07, _DARK), (0.14, 255 if lit else 44)):
        draw.ellipse((side * inset, side * inset, side * (1 - inset) - 1, side * (1 - inset) - 1), level)
    return np.asarray(image.reduce(fine))
