"""Motion detector on synthetic pictures: movement, and other changes."""

from collections.abc import Callable

import numpy as np
import pytest
from tests.motion.yard import NOON, Change, Grey, Showing, alarmed, quiet, walker, window, yard

from ipcamd.media.image.analysis_tap import AnalysisFrame
from ipcamd.motion.level_detector import LevelDetector, WindowResult
from ipcamd.motion.windows import Window

LEFT, RIGHT = (0, 240, 320, 480), (320, 240, 640, 480)


def test_a_walker_is_detected_at_the_right_place() -> None:
    showing = Showing(window(box=LEFT), window(box=RIGHT), window(box=LEFT, enabled=False))
    showing.calm()
    seen = showing.show(2, walker(10))
    assert alarmed(seen) == [True, False, False]
    # 7 of 80 columns by 16 of 45 rows
    assert max(result.extent for result, _, _ in seen) == pytest.approx((7 * 16 / (80 * 45)) ** 0.5, rel=0.25)
    assert {result for _, result, _ in seen} == {WindowResult()}
    seen = showing.show(3, walker(90))
    assert alarmed(seen)[1]


def test_the_grid_is_as_good_as_a_rectangle() -> None:
    left, right = (
        Window("", True, (0, 0, 0, 0), tuple((row, column) for row in (1, 2) for column in columns), 50, 5)
        for columns in ((0, 1), (2, 3))
    )
    showing = Showing(left, right)
    showing.calm()
    assert alarmed(showing.show(2, walker(10))) == [True, False]


def test_a_second_picture_confirms_the_first() -> None:
    showing = Showing(window())
    showing.calm()
    first = showing.one(0, walker(40))[0]
    assert first.level > 0
    assert not first.alarm
    assert showing.one(0.07, walker(40))[0].alarm
    showing.calm()
    assert quiet([showing.one(0, walker(40)), showing.one(0)])


@pytest.mark.parametrize(
    ("sensitivity", "contrast", "seen"),
    [(0, 30, False), (0, 70, True), (50, 12, False), (50, 30, True), (100, 12, True), (100, 3, False)],
)
def test_more_sensitive_sees_less_contrast(sensitivity: int, contrast: float, seen: bool) -> None:
    showing = Showing(window(sensitivity, 5), noise=0.5, picture=np.full((90, 160), 110.0))
    showing.calm()
    assert alarmed(showing.show(2, walker(20, contrast, texture=1))) == [seen]


@pytest.mark.parametrize(("percent", "seen"), [(0, True), (5, True), (18, True), (35, False), (100, False)])
def test_a_higher_percentage_asks_for_something_larger(percent: int, seen: bool) -> None:
    showing = Showing(window(percent=percent, box=(0, 320, 320, 480)))
    showing.calm()
    assert alarmed(showing.show(2, walker(10))) == [seen]  # it is a fifth as large


def test_everything_in_a_window_can_move() -> None:
    showing = Showing(window(percent=85, box=(160, 320, 240, 400)))
    showing.calm()
    seen = showing.show(3, walker(-10, size=(30, 60)))
    assert max(result.level for (result,) in seen) > 220
    assert alarmed(seen) == [True]


def test_an_object_that_stops_is_no_movement_nor_is_its_former_place() -> None:
    showing = Showing(window())
    showing.calm()
    assert not quiet(showing.show(3, walker(10)))
    stood = walker(55)
    there: Change = lambda picture, _: stood(picture, 0)  # noqa: E731
    showing.show(2, there)
    assert {result for (result,) in showing.show(4, there)} == {WindowResult()}
    showing.show(2)  # it is taken away
    assert {result for (result,) in showing.show(4)} == {WindowResult()}


# ---- light ----


def times(factor: float) -> Change:
    return lambda picture, _: picture * factor


def plus(levels: float) -> Change:
    return lambda picture, _: picture + levels


def fade(factor: float, length: float) -> Change:
    return lambda picture, seconds: picture * (1 + (factor - 1) * min(1.0, seconds / length))


def gamma(power: float) -> Change:
    return lambda picture, _: 255 * (np.clip(picture, 0, 255) / 255) ** power


def flicker(picture: Grey, seconds: float) -> Grey:
    """Lamps on the mains, seen by a shutter that is not in step."""
    return picture * (1 + 0.06 * np.sin(seconds * 41))


def flash(picture: Grey, seconds: float) -> Grey:
    return picture * 2.5 if 0.5 <= seconds < 0.55 else picture


LIGHTS = {
    "brighter": times(1.4), "much brighter, burnt out": times(2.5), "darker": times(0.6), "much darker": times(0.25),
    "lights out": times(0.02), "a veil": plus(40), "less black": plus(-40), "white": plus(200),
    "dawn": fade(2, 4), "a lamp warms up": fade(1.7, 0.8), "dusk": fade(0.3, 3), "another curve": gamma(0.6),
    "the other curve": gamma(1.7), "mains": flicker, "a flash": flash,
}  # fmt: skip


@pytest.mark.parametrize("noise", [1.0, 5.0])
@pytest.mark.parametrize("light", LIGHTS.values(), ids=LIGHTS.keys())
def test_another_light_over_the_whole_picture_is_no_movement(light: Change, noise: float) -> None:
    showing = Showing(window(50, 0), window(80, 10), window(50, 0, box=RIGHT), noise=noise)
    showing.calm()
    assert quiet(showing.show(6, light))


@pytest.mark.parametrize("light", [times(1.4), times(0.6), plus(30), fade(1.6, 1), flicker])
def test_a_walker_is_detected_in_another_light(light: Change) -> None:
    showing = Showing(window(), noise=2)
    showing.calm()
    assert not quiet(showing.show(5, walker(10), light))


def test_endless_light_changes_do_not_suspend_detection_forever() -> None:
    showing = Showing(window())
    showing.calm()
    strong: Change = lambda picture, seconds: picture * (1 + 0.1 * np.sin(seconds * 41))  # noqa: E731
    showing.show(4, strong)
    assert not quiet(showing.show(2, walker(60), strong))


def test_a_shadow_on_textured_ground_is_no_movement() -> None:
    showing = Showing(window(box=(0, 300, 640, 480)))
    showing.calm()

    def shade(picture: Grey, seconds: float) -> Grey:
        edge = 1 / (1 + np.exp((np.arange(picture.shape[1]) - 40 * seconds) / 12))
        return picture * (1 - 0.35 * edge)

    assert quiet(showing.show(4, shade))


# ---- noise ----


@pytest.mark.parametrize("noise", [0.0, 2.0, 6.0, 12.0, 25.0])
def test_noise_is_no_movement(noise: float) -> None:
    showing = Showing(window(50, 0), window(100, 0), window(100, 0, box=(300, 300, 330, 330)), noise=noise)
    assert quiet(showing.show(8))


@pytest.mark.parametrize("noise", [4.0, 8.0, 16.0])
def test_noise_that_comes_at_once_is_no_movement(noise: float) -> None:
    showing = Showing(window(50, 0), window(100, 0))
    showing.calm()
    showing.noise = noise
    assert quiet(showing.show(4))


def test_single_pixels_are_no_movement() -> None:
    showing = Showing(window(100, 0))
    showing.calm()

    def specks(picture: Grey, seconds: float) -> Grey:
        made = picture.copy()
        made[round(seconds * 15) % 7 :: 9, ::8] = 255
        return made

    assert quiet(showing.show(3, specks))


def test_leaves_in_the_wind_become_background() -> None:
    showing = Showing(window(50, 0, box=(0, 0, 160, 160)), window(), rate=5)
    showing.calm()
    random = np.random.default_rng(3)

    def leaves(picture: Grey, seconds: float) -> Grey:
        made = picture.copy()
        made[5:25, 5:35] += random.choice([-35, 0, 35], (10, 15)).repeat(2, 0).repeat(2, 1)
        return made

    first = showing.show(2, leaves)
    showing.show(45, leaves)
    assert largest(showing.show(2, leaves)) < largest(first) / 2
    assert not quiet([seen[1:] for seen in showing.show(3, leaves, walker(10))])


def largest(seen: list[tuple[WindowResult, ...]]) -> float:
    return max(result.extent for result, *_ in seen)


# ---- pictures that must not be compared ----


def test_a_new_view_is_learnt_before_anything_counts() -> None:
    showing = Showing(window(100, 0))
    showing.calm()
    showing.view += 1
    showing.picture = showing.picture[:, ::-1]
    assert quiet(showing.show(3))
    assert not quiet(showing.show(2, walker(20)))


def test_another_size_is_another_picture() -> None:
    showing = Showing(window(100, 0))
    showing.calm()
    showing.picture = yard(120)
    assert quiet(showing.show(3))


def test_a_cut_is_no_movement() -> None:
    showing = Showing(window(100, 0))
    showing.calm()
    showing.picture = np.roll(yard()[::-1, ::-1], 31, axis=1)
    assert quiet(showing.show(3))


def test_a_lost_signal_is_no_movement_nor_is_its_return() -> None:
    showing = Showing(window(100, 0))
    showing.calm()
    showing.show(1, walker(10))
    assert showing.lose() == showing.lose() == (WindowResult(),)
    showing.picture = yard() * 0.8
    assert quiet(showing.show(3))


def test_after_a_pause_it_learns_anew() -> None:
    showing = Showing(window(100, 0))
    showing.calm()
    showing.time += 10**10
    showing.picture = np.roll(yard(), 25, axis=1)
    assert showing.show(1) == [(WindowResult(),)] * 15


@pytest.mark.parametrize("jump", [-3600, -1, 3600, 10**8])
def test_a_clock_step_is_not_motion(jump: int) -> None:
    showing = Showing(window(100, 0))
    showing.calm()
    showing.time += jump * 10**9
    assert quiet(showing.show(2))
    assert not quiet(showing.show(2, walker(20)))


def test_pictures_before_a_reset_are_not_compared() -> None:
    showing = Showing(window(100, 0))
    showing.calm()
    showing.detector.reset()
    showing.picture = np.roll(yard(), 25, axis=1)
    assert quiet(showing.show(3))


def test_new_windows_count_at_once_and_the_place_stays_known() -> None:
    showing = Showing(window(enabled=False))
    showing.calm()
    showing.detector.set_windows((window(), window(percent=100)))
    assert alarmed(showing.show(1, walker(10))) == [True, False]


@pytest.mark.parametrize("rate", [1, 2, 5, 10, 15])
def test_a_walker_is_detected_at_any_rate(rate: int) -> None:
    showing = Showing(window(), rate=rate)
    showing.calm(3)
    assert not quiet(showing.show(5, walker(10)))


@pytest.mark.parametrize("shape", [(2, 160), (160, 160), (213, 160), (91, 160)])
def test_any_shape_will_do(shape: tuple[int, int]) -> None:
    showing = Showing(window(50, 0), picture=yard(*shape), noise=2)
    assert quiet(showing.show(2))
    assert alarmed(showing.show(2, lambda picture, seconds: np.roll(picture, round(seconds * 30), 1))) == [True]


def test_flat_and_extreme_pictures_cause_no_error() -> None:
    detector = LevelDetector((window(100, 0),))
    pictures: list[Callable[[], int]] = [lambda: 0, lambda: 255, lambda: 128]
    for number in range(60):
        plane = np.full((90, 160), pictures[number // 20](), np.uint8)
        with np.errstate(all="raise"):
            assert detector.detect(AnalysisFrame(plane, NOON + number * 66_000_000, 1)) == (WindowResult(),)
