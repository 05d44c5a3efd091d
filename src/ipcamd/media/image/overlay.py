"""Overlay: texts in the corners of the picture (SDK 10.5), one small tile per corner."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ipcamd.dataclass import dataclass
from ipcamd.media.image.image_settings import ImageSettings
from ipcamd.media.planes import GREY, Plane
from ipcamd.time_units import SECOND_NS

Weights = np.ndarray[tuple[int, int], np.dtype[np.uint16]]
"""Rows by columns of 256ths."""

_LINES = 28
"""Text height as a fraction of the picture's height: one 28th, ..."""
_SMALLEST = 10
"""... but at least this many pixels."""

_TileKey = tuple[str, tuple[str, ...], bool, tuple[int, int]]
"""Corner, lines, whether the background is black, size of the picture."""


@dataclass(frozen=True, slots=True)
class Tile:
    """Tile to blend into a picture: ``keep`` 256ths of each value remain, and ``add`` is added."""

    left: int
    """Position in pixels of the luma plane, from the left; even."""
    top: int
    """Position in pixels of the luma plane; even."""
    parts: tuple[tuple[Weights, Weights], ...]
    """(keep, add) for luma and for both chroma planes."""

    def draw(self, planes: Sequence[Plane]) -> None:
        """Blend it into the planes, in place, clipped at their edges."""
        for plane, (keep, add), half in zip(planes, self.parts, (1, 2, 2), strict=True):
            place = plane[self.top // half :, self.left // half :][: keep.shape[0], : keep.shape[1]]
            rows, columns = place.shape
            place[:] = (place * keep[:rows, :columns] + add[:rows, :columns]) >> 8


class Overlay:
    """Draws tiles, and reuses those of the last picture."""

    def __init__(self, local: Callable[[int], datetime]) -> None:
        """`local` returns the local time of a capture time, in nanoseconds since the epoch."""
        self._local = local
        self._shown: tuple[object, ...] = ()
        """Texts, background, time zone, second and size of the last picture: all that its tiles depend on."""
        self._tiles: dict[_TileKey, Tile] = {}

    def tiles(self, settings: ImageSettings, captured_ns: int, size: tuple[int, int]) -> Sequence[Tile]:
        """Return the tiles for a picture of this size and capture time; none without overlay."""
        if not settings.texts:
            return ()
        captured = self._local(captured_ns)
        shown = settings.texts, settings.opaque, captured.tzinfo, captured_ns // SECOND_NS, size
        if shown != self._shown:
            self._shown, self._tiles = shown, self._make_tiles(settings, captured, size)
        return tuple(self._tiles.values())

    def _make_tiles(self, settings: ImageSettings, captured: datetime, size: tuple[int, int]) -> dict[_TileKey, Tile]:
        """Return the tiles, in drawing order: those of the last picture as far as they are equal."""
        corners: dict[str, list[str]] = {}
        for text in settings.texts:
            if (line := to_ascii(text.line(captured))).strip():
                corners.setdefault(text.corner, []).append(line)
        keys = [(corner, tuple(lines), settings.opaque, size) for corner, lines in corners.items()]
        return {key: self._tiles.get(key) or draw_tile(*key) for key in keys}


def to_ascii(text: str) -> str:
    """Return `text` in printable ASCII, which the font covers: without accents, with ``?`` for other characters."""
    if text.isascii() and text.isprintable():  # nearly every text, in each picture
        return text
    plain = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "".join(c if " " <= c <= "~" else "?" for c in plain)


def draw_tile(corner: str, lines: Sequence[str], opaque: bool, size: tuple[int, int]) -> Tile:
    """Return the tile of white text for a corner of a picture of this size: on black, or with a black outline."""
    width, height = size
    font = max(_SMALLEST, height // _LINES)
    margin = font // 4 * 2
    align = "right" if corner.endswith("Right") else "left"
    tile = _tile_of(*(np.asarray(image, np.uint16) for image in _print("\n".join(lines), font, opaque, align)))
    rows, columns = tile.parts[0][0].shape
    left = max(0, width - columns - margin) // 2 * 2 if align == "right" else margin
    top = max(0, height - rows - margin) // 2 * 2 if corner.startswith("Lower") else margin
    return replace(tile, left=left, top=top)


def _tile_of(covered: Weights, white: Weights) -> Tile:
    # chroma has one sample for four pixels; covered samples are colourless
    quarter = (covered[::2, ::2] + covered[1::2, ::2] + covered[::2, 1::2] + covered[1::2, 1::2]) // 4
    colourless = (_keep(quarter), (256 - _keep(quarter)) * GREY)
    # at half-covered edges, add at most what was removed, or 16 bits overflow
    return Tile(0, 0, ((_keep(covered), np.minimum(white, covered) * 256), colourless, colourless))


def _print(text: str, size: int, opaque: bool, align: str) -> tuple[Image.Image, Image.Image]:
    """Return two images of even size: the coverage of text and background, and the text alone."""
    font, edge, margin = ImageFont.load_default(size), max(1, size // 12), size // 3
    box = ImageDraw.Draw(Image.new("L", (1, 1))).multiline_textbbox((0, 0), text, font, align=align, stroke_width=edge)
    area = (_even(box[2] - box[0] + 2 * margin), _even(box[3] - box[1] + 2 * margin))
    covered, white = Image.new("L", area, 255 if opaque else 0), Image.new("L", area)
    place = (margin - box[0], margin - box[1])
    ImageDraw.Draw(covered).multiline_text(place, text, 255, font, align=align, stroke_width=edge)
    # the same outline in black, so that the line spacing stays equal
    ImageDraw.Draw(white).multiline_text(place, text, 255, font, align=align, stroke_width=edge, stroke_fill=0)
    return covered, white


def _even(length: float) -> int:
    return (int(length) + 2) // 2 * 2


def _keep(covered: Weights) -> Weights:
    """Return the 256ths of the picture that remain under a coverage of 0 to 255."""
    return 256 - covered - (covered >> 7)
