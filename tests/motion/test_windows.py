"""From the stored text to areas (SDK 4, clarifications 4)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.motion.level_detector import window_area
from ipcamd.motion.windows import Window, parse_windows
from ipcamd.params.motion import MOTION, Cell

FACTORY = MOTION.values()


def cells(digits: str) -> tuple[Cell, ...]:
    """Return the cells of the first window with these digits of ``mddatanormalize``."""
    return parse_windows(MOTION.values(mddatanormalize=digits + "0000000"))[0].cells


def test_at_first_nothing_is_watched() -> None:
    windows = parse_windows(FACTORY)
    assert [window.name for window in windows] == ["Window1", "Window2", "Window3"]
    assert [(window.sensitivity, window.percent) for window in windows] == [(50, 50)] * 3
    assert [window.active for window in windows] == [False] * 3


def test_each_setting_is_found_where_it_belongs() -> None:
    data = "1,10,20,30,40,50|0,1,2,3,4,5|1,0,0,0,0,100"
    values = {
        "mddata": data,
        "mdpercent": "7|8|9",
        "mddatanormalize": "1248f10030",
        "motionenable": "1",
        "mdname": "Gate",
    }
    assert parse_windows(MOTION.values(**values)) == (
        Window("Gate", True, (10, 20, 30, 40), ((0, 0), (1, 1), (2, 2)), 50, 7),
        Window("", False, (1, 2, 3, 4), ((0, 3), (1, 0), (1, 1), (1, 2), (1, 3), (2, 0)), 5, 8),
        Window("", True, (0, 0, 0, 0), ((2, 0), (2, 1)), 100, 9),
    )


def test_the_switch_for_all_switches_off_all() -> None:
    on = MOTION.values(mddata="1,0,0,640,480,50|1,0,0,640,480,50|0,0,0,640,480,50")
    assert [window.active for window in parse_windows(on | {"motionenable": "1"})] == [True, True, False]
    assert [window.active for window in parse_windows(on | {"motionenable": "0"})] == [False, False, False]


@pytest.mark.parametrize(
    ("rectangle", "digits", "boxes"),
    [
        ((0, 0, 640, 480), "000", [(0, 0, 640, 480)]),
        ((5, 6, 7, 8), "000", [(5, 6, 7, 8)]),
        ((5, 6, 5, 8), "000", []),
        ((5, 6, 7, 6), "000", []),
        ((0, 0, 0, 0), "100", [(0, 0, 160, 160)]),
        ((0, 0, 0, 0), "800", [(480, 0, 640, 160)]),
        ((0, 0, 0, 0), "002", [(160, 320, 320, 480)]),
        ((9, 9, 10, 10), "050", [(9, 9, 10, 10), (0, 160, 160, 320), (320, 160, 480, 320)]),
    ],
)
def test_the_rectangle_and_the_cells_together_are_its_area(
    rectangle: tuple[int, int, int, int], digits: str, boxes: list[tuple[int, int, int, int]]
) -> None:
    window = Window("", True, rectangle, cells(digits), 50, 50)
    assert list(window.boxes) == boxes
    assert window.active == bool(boxes)


COORDINATES = st.tuples(st.integers(0, 640), st.integers(0, 480), st.integers(0, 640), st.integers(0, 480))
ROWS = st.tuples(*[st.integers(0, 15)] * 3)


@given(COORDINATES, ROWS, st.integers(0, 639), st.integers(0, 479))
def test_a_point_belongs_to_the_window_if_the_rectangle_or_its_cell_holds_it(
    corners: tuple[int, int, int, int], rows: tuple[int, int, int], x: int, y: int
) -> None:
    left, right = sorted(corners[::2])
    top, bottom = sorted(corners[1::2])
    window = Window("", True, (left, top, right, bottom), cells("{:x}{:x}{:x}".format(*rows)), 50, 50)
    (down, across), inside = window_area(window, (480, 640))
    whole = np.zeros((480, 640), bool)
    whole[down, across] = inside
    assert whole[y, x] == ((left <= x < right and top <= y < bottom) or bool(rows[y // 160] >> (x // 160) & 1))


@given(COORDINATES, st.integers(1, 200), st.integers(1, 200))
def test_no_window_is_too_small_for_a_picture(corners: tuple[int, int, int, int], width: int, height: int) -> None:
    left, right = sorted(corners[::2])
    top, bottom = sorted(corners[1::2])
    window = Window("", True, (left, top, right, bottom), (), 50, 50)
    _, inside = window_area(window, (height, width))
    assert inside.any() == bool(window.boxes)
    share = (right - left) / 640 * (bottom - top) / 480
    assert abs(inside.sum() / (width * height) - share) <= 1 / width + 1 / height + 1e-9
