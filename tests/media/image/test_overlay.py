"""Text on the picture."""

import numpy as np
import pytest
from tests.media.stage import NOON, SECOND, grey

from ipcamd.media.image.image_settings import ImageSettings
from ipcamd.media.image.overlay import Overlay, draw_tile, to_ascii
from ipcamd.media.planes import planes


def drawn(
    settings: ImageSettings, luma: int = 90, blue: int = 200, size: tuple[int, int] = (640, 480)
) -> list[np.ndarray]:
    frame = grey(luma, size, blue=blue)
    tile = Overlay(lambda _: "2024-01-20 12:00:00").tile(settings, NOON, frame.height)
    assert tile
    tile.draw(planes(frame))
    return [plane.copy() for plane in planes(frame)]


def test_nothing_to_draw() -> None:
    assert Overlay(str).tile(ImageSettings(opaque=True), NOON, 480) is None
    assert Overlay(str).tile(ImageSettings(text="  "), NOON, 480) is None


def test_text_on_the_picture_is_white_with_a_black_edge() -> None:
    y, u, _ = drawn(ImageSettings(text="Gate"))
    assert y.max() == 255
    assert y.min() == 0
    assert (y == 90).mean() > 0.95
    # colourless where the text is, untouched elsewhere
    assert u.min() == 128
    assert u.max() == 200


@pytest.mark.parametrize("luma", [0, 255])
def test_text_is_readable_on_black_and_on_white(luma: int) -> None:
    y, _, _ = drawn(ImageSettings(text="Gate"), luma)
    assert y.min() == 0
    assert y.max() == 255


def test_opaque_text_stands_on_black() -> None:
    y, u, v = drawn(ImageSettings(text="Gate", opaque=True))
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
        height(ImageSettings(text="G")),
        height(ImageSettings(date=True)),
        height(ImageSettings(text="G", date=True)),
    )
    assert abs(name - date) < 6
    assert both > 1.7 * max(name, date)


def test_the_tile_is_made_anew_only_when_its_text_changes() -> None:
    overlay = Overlay(lambda captured_ns: str(captured_ns // SECOND))
    first = overlay.tile(ImageSettings(date=True), NOON, 480)
    assert overlay.tile(ImageSettings(date=True), NOON + SECOND - 1, 480) is first
    assert overlay.tile(ImageSettings(date=True), NOON + SECOND, 480) is not first
    assert overlay.tile(ImageSettings(date=True, text="x"), NOON, 480) is not first
    assert overlay.tile(ImageSettings(date=True), NOON, 240) is not first


def test_text_grows_with_the_picture() -> None:
    def share(size: tuple[int, int]) -> float:
        return float((drawn(ImageSettings(text="Front door", opaque=True), size=size)[0] != 90).mean())

    assert share((1280, 960)) == pytest.approx(share((640, 480)), rel=0.2)


def test_a_text_too_long_is_cut_off() -> None:
    y, _, _ = drawn(ImageSettings(text="W" * 64), size=(160, 120))
    assert y.shape == (120, 160)
    assert y[:, -1].max() > 200


def test_the_tile_never_overflows() -> None:
    for opaque in (True, False):
        for keep, add in draw_tile(["Ågj/|@#"], opaque, 720).parts:
            assert (255 * keep.astype(int) + add).max() <= 65535


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Front door 1", "Front door 1"), ("Käfig Ölhafen", "Kafig Olhafen"), ("北 gate", "? gate"), ("ﬁn½", "fin1?2")],
)
def test_only_letters_that_the_font_has(text: str, shown: str) -> None:
    assert to_ascii(text) == shown
