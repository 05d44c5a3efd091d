"""Name, date and time drawn on the picture (SDK 10.5): a small tile, made when its text changes, blended each time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ipcamd.media.look import Look
from ipcamd.media.planes import GREY, Plane

Weights = np.ndarray[tuple[int, int], np.dtype[np.uint16]]
"""Rows by columns of 256ths."""

_LINES = 28
"""Text is a 28th of the picture's height."""


@dataclass(frozen=True, slots=True)
class Tile:
    """What to blend into a picture: of each value ``keep`` 256ths stay, and ``add`` comes on top."""

    left: int
    top: int
    """Where, in pixels of the luma plane; even."""
    parts: tuple[tuple[Weights, Weights], ...]
    """(keep, add) for luma and for both chroma planes."""

    def draw(self, planes: Sequence[Plane]) -> None:
        """Blend it into the planes, in place; what does not fit is cut off."""
        for plane, (keep, add), half in zip(planes, self.parts, (1, 2, 2), strict=True):
            place = plane[self.top // half :, self.left // half :][: keep.shape[0], : keep.shape[1]]
            rows, columns = place.shape
            place[:] = (place * keep[:rows, :columns] + add[:rows, :columns]) >> 8


class Overlay:
    """Keeps the tile from picture to picture."""

    def __init__(self, stamp: Callable[[int], str]) -> None:
        """`stamp` writes a capture time, in nanoseconds since the epoch, as date and time."""
        self._stamp = stamp
        self._key: tuple[str, bool, int] | None = None
        self._tile: Tile | None = None

    def tile(self, look: Look, captured: int, height: int) -> Tile | None:
        """Return what to draw on a picture of that height, captured then; None for nothing."""
        text = "\n".join(line for line in (look.text, self._stamp(captured) if look.date else "") if line)
        if self._key != (text, look.opaque, height):
            self._key = (text, look.opaque, height)
            self._tile = draw(text, look.opaque, height) if text else None
        return self._tile


def draw(text: str, opaque: bool, height: int) -> Tile:
    """Return the tile of white `text`: on black, or outlined in black on the picture."""
    size = max(10, height // _LINES)
    edge = max(1, size // 12)
    font = ImageFont.load_default(size)
    scratch = ImageDraw.Draw(Image.new("L", (1, 1)))
    left, top, right, bottom = scratch.multiline_textbbox((0, 0), text, font, stroke_width=edge)
    margin = size // 3
    area = tuple(int(side + 2 * margin + 1) // 2 * 2 for side in (right - left, bottom - top))
    white, covered = Image.new("L", area), Image.new("L", area, 255 if opaque else 0)
    place = (margin - left, margin - top)
    ImageDraw.Draw(covered).multiline_text(place, text, 255, font, stroke_width=edge)
    ImageDraw.Draw(white).multiline_text(place, text, 255, font)
    alpha, value = (np.asarray(image, np.uint16) for image in (covered, white))
    # chroma has one sample for four pixels, and where it is covered it is colourless
    quarter = (alpha[::2, ::2] + alpha[1::2, ::2] + alpha[::2, 1::2] + alpha[1::2, 1::2]) // 4
    chroma = (_keep(quarter), (256 - _keep(quarter)) * np.uint16(GREY))
    corner = size // 2 // 2 * 2
    # no more than was taken away may come on top, or 16 bits overflow
    luma = (_keep(alpha), np.minimum(value, alpha) * np.uint16(256))
    return Tile(corner, corner, (luma, chroma, chroma))


def _keep(alpha: Weights) -> Weights:
    return 256 - alpha - (alpha >> 7)
