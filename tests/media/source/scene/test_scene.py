"""The built-in scene."""

import itertools
import threading

import numpy as np
import pytest
from tests.media.source.clips import pictures, sounds
from tests.media.source.conftest import Play, SimulatedTime

from ipcamd.media.frame import Picture
from ipcamd.media.planes import planes
from ipcamd.media.source.scene import figure as drawing
from ipcamd.media.source.scene.beep import make_beep
from ipcamd.media.source.scene.figure import POSES, Figure
from ipcamd.media.source.scene.plan import Plan
from ipcamd.media.source.scene.scene_source import SceneSource
from ipcamd.media.source.source import Wanted
from ipcamd.params.image import RESOLUTIONS
from ipcamd.time_units import SECOND_NS

SMALL = (320, 240)


@pytest.fixture
def scene(time: SimulatedTime) -> SceneSource:
    return SceneSource(time.clock)


def lit(picture: Picture) -> bool:
    lamp = Plan((picture.video.width, picture.video.height)).lamp
    return int(planes(picture.video)[0][lamp.top + lamp.height // 2, lamp.left + lamp.width // 2]) > 200


def changed(one: Picture, other: Picture) -> np.ndarray:
    """Return the rows and columns of the luma plane where two pictures differ."""
    luma, *colour = (a != b for a, b in zip(planes(one.video), planes(other.video), strict=True))
    return np.argwhere(luma | np.kron(colour[0] | colour[1], np.ones((2, 2), bool)))


@pytest.mark.parametrize("size", [SMALL, (640, 480), (720, 480), (1280, 720), (176, 144), (321, 241), (900, 160)])
def test_it_has_any_size(scene: SceneSource, play: Play, size: tuple[int, int]) -> None:
    picture = pictures(play(scene, 1, size))[0]
    assert (picture.video.width, picture.video.height) == (size[0] // 2 * 2, size[1] // 2 * 2)
    assert picture.video.format.name == "yuvj420p"
    assert planes(picture.video)[0].std() > 20


def test_no_picture_is_too_small_to_show_anything(scene: SceneSource, play: Play) -> None:
    shown = [pictures(play(scene, 1, size))[0].video for size in ((16, 16), (2, 900))]
    assert [(video.width, video.height) for video in shown] == [(160, 120), (160, 900)]


@pytest.mark.parametrize("size", RESOLUTIONS.values(), ids=lambda size: f"{size[0]}x{size[1]}")
def test_everything_has_its_place_in_each_resolution(size: tuple[int, int]) -> None:
    plan = Plan(size)
    for box in (*plan.charts, plan.clock, plan.lamp, plan.small):
        assert 0 <= box.left < box.left + box.width <= size[0]
        assert 0 <= box.top < box.top + box.height <= size[1]
    assert plan.clock.top + plan.clock.height <= plan.small.top + 2
    assert plan.small.top + plan.small.height <= plan.head < min(box.top for box in plan.charts)
    assert max(box.top + box.height for box in plan.charts) < plan.floor < plan.ground < size[1]
    assert plan.lamp.left + plan.lamp.width < plan.clock.left


def test_pictures_come_at_the_rate_that_is_wanted(scene: SceneSource, play: Play, time: SimulatedTime) -> None:
    shown = pictures(play(scene, 9, rate=8))
    assert [picture.captured_ns - time.utc for picture in shown] == [SECOND_NS * n // 8 for n in range(1, 10)]


def test_a_picture_that_came_too_late_counts_as_a_frame(scene: SceneSource, play: Play, time: SimulatedTime) -> None:
    third, fourth = pictures(play(SceneSource(SimulatedTime().clock), 4))[2:]
    items = scene.play(lambda: Wanted(SMALL, 30, False), threading.Event())
    next(items)
    time.passed += SECOND_NS * 3 // 30
    later = next(items)
    assert isinstance(later, Picture)
    board = slice(Plan(SMALL).head)
    assert changed(later, third)[board].any()
    assert not changed(later, fourth)[board].any()


def test_size_and_rate_may_change_at_any_picture(scene: SceneSource, time: SimulatedTime) -> None:
    wanted = [Wanted(SMALL, 10, False)]
    items = scene.play(lambda: wanted[0], threading.Event())
    next(items)
    wanted[0] = Wanted((160, 120), 2, False)
    picture = next(items)
    assert isinstance(picture, Picture)
    assert (picture.video.width, picture.captured_ns - time.utc) == (160, SECOND_NS // 2)


def test_only_the_board_changes_while_the_figure_stands(scene: SceneSource, play: Play) -> None:
    scene.figure = "still"
    first, *_, last = pictures(play(scene, 30))
    rows = changed(first, last)[:, 0]
    assert rows.size
    assert rows.max() < Plan(SMALL).head


def test_the_figure_walks_to_and_fro(scene: SceneSource, play: Play) -> None:
    shown = pictures(play(scene, 60, rate=2))
    middles = []
    for one, other in itertools.pairwise(shown):
        moved = changed(one, other)
        middles.append(moved[moved[:, 0] > Plan(SMALL).floor][:, 1].mean())
    assert min(middles) < 60
    assert max(middles) > 260
    assert np.sum(np.diff(np.sign(np.diff(middles))) != 0) >= 4


def test_the_figure_goes_on_from_where_it_stood(scene: SceneSource) -> None:
    items = scene.play(lambda: Wanted(SMALL, 10, False), threading.Event())
    scene.figure = "still"
    before = next(items)
    for _ in range(20):
        after = next(items)
    scene.figure = "walk"
    moved = next(items)
    assert isinstance(before, Picture) and isinstance(after, Picture) and isinstance(moved, Picture)
    assert changed(before, after)[:, 0].max() < Plan(SMALL).head
    columns = changed(after, moved)[:, 1]
    assert columns.size
    assert np.ptp(columns[columns < 200]) < 120


def test_nothing_of_one_picture_is_part_of_the_next(scene: SceneSource, play: Play) -> None:
    scene.figure = "still"
    items = play(scene, 2)
    first, second = pictures(items)
    kept = planes(second.video)[0].copy()
    for plane in planes(first.video):
        plane[:] = 0
    assert (planes(second.video)[0] == kept).all()


def test_the_lamp_flashes_at_each_second(scene: SceneSource, play: Play) -> None:
    shown = pictures(play(scene, 60))
    assert [n % 30 for n, picture in enumerate(shown) if lit(picture)] == [0, 1, 29, 0, 1, 29]
    assert all(lit(picture) == (picture.captured_ns % SECOND_NS < SECOND_NS // 10) for picture in shown)


def test_sound_goes_on_without_a_gap_and_beeps_with_the_flash(
    scene: SceneSource, play: Play, time: SimulatedTime
) -> None:
    heard = sounds(play(scene, 120, sound=True))
    samples = np.concatenate([sound.samples for sound in heard])
    ends = [sound.captured_ns + sound.samples.size * SECOND_NS // 8000 for sound in heard]
    assert max(abs(end - after.captured_ns) for end, after in zip(ends, heard[1:], strict=False)) <= 125_000
    assert samples.dtype == np.int16
    assert heard[0].captured_ns % SECOND_NS == 0
    assert samples.size > 8000
    assert abs(samples[:800]).max() > 5000
    assert not samples[800:8000].any()


@pytest.mark.parametrize("rate", [1, 2, 5, 15, 30])
def test_sound_does_not_wait_for_pictures(scene: SceneSource, play: Play, rate: int) -> None:
    items = play(scene, 60, rate=rate, sound=True)
    assert max(sound.samples.size for sound in sounds(items)) <= 8000 // 15
    captured_ns = [picture.captured_ns for picture in pictures(items)]
    assert {after - before for before, after in itertools.pairwise(captured_ns)} <= {
        SECOND_NS // rate,
        SECOND_NS // rate + 1,
    }


def test_without_a_listener_there_is_no_sound(scene: SceneSource, play: Play) -> None:
    assert sounds(play(scene, 30)) == []


def test_a_clock_that_jumps_neither_hurries_nor_stops_it(scene: SceneSource, time: SimulatedTime) -> None:
    items = scene.play(lambda: Wanted(SMALL, 10, True), threading.Event())
    for leap in (-3600 * SECOND_NS, 7200 * SECOND_NS, -5 * SECOND_NS):
        next(items)
        time.utc += leap
        next(items)  # may have been made before
    for _ in range(10):
        item = next(items)
        assert abs(item.captured_ns - time.utc - time.passed) <= SECOND_NS // 10
    assert max(time.waits) <= 0.11


def test_it_ends_on_request(scene: SceneSource) -> None:
    stop = threading.Event()
    items = scene.play(lambda: Wanted(SMALL, 10, True), stop)
    next(items)
    stop.set()
    assert list(items) == []


def test_a_beep_begins_with_its_second() -> None:
    second = 1_700_000_000 * SECOND_NS
    before, after = make_beep(second - SECOND_NS // 2, second), make_beep(second, second + SECOND_NS // 2)
    assert before.samples.size == after.samples.size == 4000
    assert not before.samples.any()
    assert after.samples[:40].any()
    assert after.captured_ns == second


def test_each_pose_of_the_figure_is_another_one_and_stands_on_the_ground() -> None:
    figure = Figure(100)
    drawings = {figure.pose(pose, to_left=False)[0][1].tobytes() for pose in range(POSES)}
    assert len(drawings) == POSES
    for pose in range(POSES):
        keep, _ = figure.pose(pose, to_left=False)[0]
        assert (keep[-8:] == 0).any()
        assert keep.shape[0] in range(96, 110)
        for to_left, expected in ((True, keep[:, ::-1]), (True, keep[:, ::-1]), (False, keep)):
            assert np.array_equal(figure.pose(pose, to_left)[0][0], expected)


@pytest.mark.slow
def test_nothing_is_drawn_twice_however_many_sizes_are_in_use(
    time: SimulatedTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    draw = drawing._drawing
    monkeypatch.setattr(drawing, "_drawing", lambda height, phase: drawn.append(height) or draw(height, phase))
    wanted = [Wanted((160 + 16 * n, 120), 30, False) for n in range(3)]
    turn = itertools.cycle(wanted)
    alone = [SceneSource(time.clock).play(lambda want=want: want, threading.Event()) for want in wanted]
    changing = SceneSource(time.clock).play(lambda: next(turn), threading.Event())
    for _ in range(4 * 34):
        for items in (*alone, changing, changing, changing):
            next(items)
    assert len(drawn) <= 2 * len(wanted) * POSES
