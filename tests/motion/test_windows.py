"""From the stored text to areas (SDK 4, clarifications 4)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.motion.level_detector import window_area
from ipcamd.motion.windows import Window, parse_windows
from ipcamd.params.motion import MOTION

FACTORY = MOTION.values()


def test_at_first_nothing_is_watched() -> None:
    windows = parse_windows(FACTORY)
    assert [window.name for window in windows] == ["Window1", "Window2", "Window3"]
    assert [(window.sensitivity, window.percent) for window in windows] == [(50, 50)] * 3
    assert [window.active for window in windows] == [False] * 3


def test_higher_sensitivity_needs_less_contrast() -> None:
    windows = [Window("", True, (0, 0, 9, 9), (0, 0, 0), sensitivity, 50) for sensitivity in range(101)]
    levels = [window.contrast for window in windows]
    assert levels == sorted(levels, reverse=True)
    assert (levels[0], levels[100]) == (48, 6)


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
        Window("Gate", True, (10, 20, 30, 40), (1, 2, 4), 50, 7),
        Window("", False, (1, 2, 3, 4), (8, 15, 1), 5, 8),
        Window("", True, (0, 0, 0, 0), (0, 0, 3), 100, 9),
    )


def test_the_switch_for_all_switches_off_all() -> None:
    on = MOTION.values(mddata="1,0,0,640,480,50|1,0,0,640,480,50|0,0,0,640,480,50")
    assert [window.active for window in parse_windows(on | {"motionenable": "1"})] == [True, True, False]
    assert [window.active for window in parse_windows(on | {"motionenable": "0"})] == [False, False, False]


@pytest.mark.parametrize(
    ("rectangle", "rows", "boxes"),
    [
        ((0, 0, 640, 480), (0, 0, 0), [(0, 0, 640, 480)]),
        ((5, 6, 7, 8), (0, 0, 0), [(5, 6, 7, 8)]),
        ((5, 6, 5, 8), (0, 0, 0), []),
        ((5, 6, 7, 6), (0, 0, 0), []),
        ((0, 0, 0, 0), (1, 0, 0), [(0, 0, 160, 160)]),
        ((0, 0, 0, 0), (8, 0, 0), [(480, 0, 640, 160)]),
        ((0, 0, 0, 0), (0, 0, 2), [(160, 320, 320, 480)]),
        ((9, 9, 10, 10), (0, 5, 0), [(9, 9, 10, 10), (0, 160, 160, 320), (320, 160, 480, 320)]),
    ],
)
def test_the_rectangle_and_the_cells_together_are_its_area(
    rectangle: tuple[int, int, int, int], rows: tuple[int, int, int], boxes: list[tuple[int, int, int, int]]
) -> None:
    window = Window("", True, rectangle, rows, 50, 50)
    assert list(window.boxes) == boxes
    assert window.active == bool(boxes)


COORDINATES = st.tuples(st.integers(0, 640), st.integers(0, 480), st.integers(0, 640), st.integers(0, 480))
BITS = st.integers(0, 15)


@given(COORDINATES, st.tuples(BITS, BITS, BITS), st.integers(0, 639), st.integers(0, 479))
def test_a_point_belongs_to_the_window_if_the_rectangle_or_its_cell_holds_it(
    corners: tuple[int, int, int, int], rows: tuple[int, int, int], x: int, y: int
) -> None:
    left, right = sorted(corners[::2])
    top, bottom = sorted(corners[1::2])
    (down, across), inside = window_area(Window("", True, (left, top, right, bottom), rows, 50, 50), (480, 640))
    whole = np.zeros((480, 640), bool)
    whole[down, across] = inside
    assert whole[y, x] == ((left <= x < right and top <= y < bottom) or bool(rows[y // 160] >> (x // 160) & 1))


@given(COORDINATES, st.integers(1, 200), st.integers(1, 200))
def test_no_window_is_too_small_for_a_picture(corners: tuple[int, int, int, int], width: int, height: int) -> None:
    left, right = sorted(corners[::2])
    top, bottom = sorted(corners[1::2])
    window = Window("", True, (left, top, right, bottom), (0, 0, 0), 50, 50)
    _, inside = window_area(window, (height, width))
    assert inside.any() == bool(window.boxes)
    share = (right - left) / 640 * (bottom - top) / 480
    assert abs(inside.sum() / (width * height) - share) <= 1 / width + 1 / height + 1e-9
