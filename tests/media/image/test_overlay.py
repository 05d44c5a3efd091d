"""Text on the picture."""

from datetime import UTC, datetime

import numpy as np
import pytest
from tests.media.scripted_source import NOON, SECOND, grey

from ipcamd.media.image.image_settings import ImageSettings
from ipcamd.media.image.on_screen_text import OnScreenText
from ipcamd.media.image.overlay import Overlay, Tile, draw_tile, to_ascii
from ipcamd.media.planes import planes

STAMP = OnScreenText("UpperLeft", pattern="%Y-%m-%d %H:%M:%S")


def utc(captured_ns: int) -> datetime:
    return datetime.fromtimestamp(captured_ns // SECOND, UTC)


def shown(text: str, *, opaque: bool = False) -> ImageSettings:
    return ImageSettings(texts=(OnScreenText("UpperLeft", text),), opaque=opaque)


def drawn(
    settings: ImageSettings, luma: int = 90, blue: int = 200, size: tuple[int, int] = (640, 480)
) -> list[np.ndarray]:
    frame = grey(luma, size, blue=blue)
    for tile in Overlay(utc).tiles(settings, NOON, size):
        tile.draw(planes(frame))
    return [plane.copy() for plane in planes(frame)]


def test_nothing_to_draw() -> None:
    assert not Overlay(utc).tiles(ImageSettings(opaque=True), NOON, (640, 480))
    assert not Overlay(utc).tiles(shown("  "), NOON, (640, 480))


def test_text_on_the_picture_is_white_with_a_black_edge() -> None:
    y, u, _ = drawn(shown("Gate"))
    assert y.max() == 255
    assert y.min() == 0
    assert (y == 90).mean() > 0.95
    # colourless where the text is, untouched elsewhere
    assert u.min() == 128
    assert u.max() == 200


@pytest.mark.parametrize("luma", [0, 255])
def test_text_is_readable_on_black_and_on_white(luma: int) -> None:
    y, _, _ = drawn(shown("Gate"), luma)
    assert y.min() == 0
    assert y.max() == 255


def test_opaque_text_stands_on_black() -> None:
    y, u, v = drawn(shown("Gate", opaque=True))
    rows, columns = np.nonzero(y != 90)
    ground = y[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert (ground == 0).mean() > 0.5
    assert ground.max() == 255
    assert not (ground == 90).any()
    assert (u[rows.min() // 2 : rows.max() // 2 + 1, columns.min() // 2 : columns.max() // 2 + 1] == 128).all()
    assert v[-1, -1] == 128


def test_name_and_date_are_two_lines() -> None:
    def height(settings: ImageSettings) -> int:
        rows = np.nonzero((drawn(settings)[0] != 90).any(axis=1))[0]
        return int(rows.max() - rows.min())

    name, date, both = (
        height(shown("G")),
        height(ImageSettings(texts=(STAMP,))),
        height(ImageSettings(texts=(*shown("G").texts, STAMP))),
    )
    assert abs(name - date) < 6
    assert both > 1.7 * max(name, date)


def test_the_tile_is_redrawn_only_when_its_text_changes() -> None:
    overlay, date = Overlay(utc), ImageSettings(texts=(STAMP,))

    def tile(settings: ImageSettings = date, time_ns: int = NOON, height: int = 480) -> Tile:
        (made,) = overlay.tiles(settings, time_ns, (640, height))
        return made

    first = tile()
    assert tile(time_ns=NOON + SECOND - 1) is first
    assert tile(time_ns=NOON + SECOND) is not first
    assert tile(ImageSettings(texts=(STAMP, *shown("x").texts))) is not first
    assert tile(height=240) is not first


def test_each_text_stands_in_its_corner() -> None:
    def place(corner: str, text: str) -> tuple[bool, bool, bool, bool]:
        """Return whether text is left, right, at the top, at the bottom."""
        y, _, _ = drawn(ImageSettings(texts=(OnScreenText(corner, text), OnScreenText(corner, "W"))), size=(642, 482))
        rows, columns = np.nonzero(y != 90)
        assert columns.min() > 4
        assert columns.max() < 637
        return columns.max() < 320, columns.min() > 320, rows.max() < 240, rows.min() > 240

    assert place("UpperLeft", "Gate") == (True, False, True, False)
    assert place("UpperRight", "Gate") == (False, True, True, False)
    assert place("LowerLeft", "Gate") == (True, False, False, True)
    assert place("LowerRight", "Gate") == (False, True, False, True)


def test_text_grows_with_the_picture() -> None:
    def share(size: tuple[int, int]) -> float:
        return float((drawn(shown("Front door", opaque=True), size=size)[0] != 90).mean())

    assert share((1280, 960)) == pytest.approx(share((640, 480)), rel=0.2)


def test_a_text_too_long_is_cut_off() -> None:
    y, _, _ = drawn(shown("W" * 64), size=(160, 120))
    assert y.shape == (120, 160)
    assert y[:, -1].max() > 200


def test_the_tile_never_overflows() -> None:
    for opaque in (True, False):
        for keep, add in draw_tile("UpperLeft", ["Ågj/|@#"], opaque, (1280, 720)).parts:
            assert (255 * keep.astype(int) + add).max() <= 65535


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Front door 1", "Front door 1"), ("Käfig Ölhafen", "Kafig Olhafen"), ("北 gate", "? gate"), ("ﬁn½", "fin1?2")],
)
def test_only_letters_that_the_font_has(text: str, shown: str) -> None:
    assert to_ascii(text) == shown
