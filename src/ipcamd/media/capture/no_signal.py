"""No-signal picture: shown to viewers while the source delivers nothing."""

from functools import lru_cache

from PIL import Image, ImageDraw

from ipcamd.media.capture.video_capture import PRIVACY
from ipcamd.media.frame import Picture
from ipcamd.media.image.overlay import to_ascii
from ipcamd.media.planes import Plane, framed
from ipcamd.media.source.drawing import load_font, round_to_even, to_planes

_DARK, _BRIGHT, _SOFT, _FAINT = "#12161c", "#eef1f4", "#a5b1bd", "#67737f"


def no_signal_picture(size: tuple[int, int], reason: str, captured_ns: int) -> Picture:
    """Return a "no signal" picture of that size, with the reason; for the reason `PRIVACY` it has another title."""
    card = _card((round_to_even(size[0]), round_to_even(size[1])), reason)
    return Picture(framed(card), captured_ns, signal=False)


@lru_cache(4)
def _card(size: tuple[int, int], reason: str) -> list[Plane]:
    width, height = size
    title = "PRIVACY" if reason == PRIVACY else "NO SIGNAL"
    unit = min(width / 16, height / 9)
    image = Image.new("RGB", size, _DARK)
    draw = ImageDraw.Draw(image)
    _sign(draw, width / 2, height / 2 - unit * 1.9, unit)
    draw.text((width / 2, height / 2 + unit * 0.5), title, _BRIGHT, load_font(unit * 1.3), "mm")
    for line, text in enumerate(_lines(reason, unit, width * 0.86)):
        place = width / 2, height / 2 + unit * (1.75 + 0.62 * line)
        draw.text(place, text, _SOFT, load_font(unit * 0.46), "mm")
    return to_planes(image)


def _sign(draw: ImageDraw.ImageDraw, x: float, y: float, unit: float) -> None:
    """Draw a crossed-out camera."""
    line = max(2, round(unit * 0.11))
    draw.rounded_rectangle((x - unit, y - unit * 0.6, x + unit * 0.45, y + unit * 0.6), unit * 0.2, None, _FAINT, line)
    draw.polygon(
        [
            (x + unit * 0.62, y - unit * 0.12),
            (x + unit * 1.1, y - unit * 0.45),
            (x + unit * 1.1, y + unit * 0.45),
            (x + unit * 0.62, y + unit * 0.12),
        ],
        _FAINT,
    )
    ends = (x - unit * 1.05, y + unit * 0.95, x + unit * 1.05, y - unit * 0.95)
    draw.line(ends, _DARK, line * 3)
    draw.line(ends, "#d0503f", line)


def _lines(text: str, unit: float, room: float) -> list[str]:
    """Wrap text to at most three lines."""
    lines = [""]
    for word in to_ascii(text).split():
        longer = f"{lines[-1]} {word}".strip()
        if load_font(unit * 0.46).getlength(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines[:3]
