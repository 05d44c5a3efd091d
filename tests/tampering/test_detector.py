"""Tampering in synthetic pictures: dark, bright and another scene are reported, other changes are not."""

from collections.abc import Iterator

import numpy as np
import pytest
from tests.motion.yard import Change, Grey, walker, yard

from ipcamd.event_bus import Tampering
from ipcamd.media.image.analysis_tap import SAMPLE_RATE, AnalysisFrame
from ipcamd.tampering.detector import ADAPT_S, LEARN_S, TamperingDetector
from ipcamd.tampering.lasting_state import HOLD_S


class DetectorRig:
    """Shows a detector pictures, and records its results."""

    def __init__(self, picture: Grey | None = None) -> None:
        self.detector = TamperingDetector()
        self.picture = yard() if picture is None else picture
        self.now_s = 1000.0
        self.view = 1
        self.head = 0.0
        self._random = np.random.default_rng(3)

    def show(self, seconds: float, *changes: Change) -> set[Tampering]:
        """Show pictures; return all reported kinds."""
        seen: set[Tampering] = set()
        for number in range(round(seconds * SAMPLE_RATE)):
            made = self.picture
            for change in changes:
                made = change(made, number / SAMPLE_RATE)
            seen |= self.one(made)
        return seen

    def one(self, made: Grey | None) -> set[Tampering]:
        self.now_s += 1 / SAMPLE_RATE
        noisy = None if made is None else made + self._random.normal(0, 2, made.shape)
        plane = None if noisy is None else np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
        states = self.detector.detect(AnalysisFrame(plane, round(self.now_s * 1e9), self.view), self.now_s, self.head)
        return {Tampering(kind) for kind, is_on in states.items() if is_on}


@pytest.fixture
def watch() -> DetectorRig:
    """A camera that has learnt its scene."""
    watch = DetectorRig()
    assert watch.show(20) == set()
    return watch


def evenly(level: float) -> Change:
    return lambda picture, _: np.full_like(picture, level)


def lit(gain: float, offset: float = 0) -> Change:
    return lambda picture, _: gain * picture + offset


def turned(picture: Grey, _: float) -> Grey:
    return np.roll(picture, (29, 61), (0, 1))[:, ::-1]


def beside(picture: Grey, _: float) -> Grey:
    """The same camera, turned aside."""
    return np.roll(picture, 35, 1)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (evenly(4), Tampering.TOO_DARK),
        (lit(0.1), Tampering.TOO_DARK),
        (evenly(250), Tampering.TOO_BRIGHT),
        (lit(1, 200), Tampering.TOO_BRIGHT),
        (turned, Tampering.SCENE_CHANGE),
        (beside, Tampering.SCENE_CHANGE),
        (evenly(110), Tampering.SCENE_CHANGE),
        (evenly(60), Tampering.SCENE_CHANGE),
    ],
)
def test_it_begins_when_it_lasts_and_ends_when_it_is_over(watch: DetectorRig, change: Change, kind: Tampering) -> None:
    assert watch.show(HOLD_S - 1, change) == set()
    assert watch.show(2, change) == {kind}
    assert watch.show(30, change) == {kind}
    watch.show(HOLD_S + 1)
    assert watch.show(1) == set()


def test_passing_objects_are_no_tampering(watch: DetectorRig) -> None:
    for change in (evenly(4), evenly(250), turned):
        assert watch.show(HOLD_S - 1, change) | watch.show(5) == set()
    assert watch.show(20, walker(0, size=(60, 40), top=25)) == set()
    half = np.arange(160) < 95

    def crowd(picture: Grey, seconds: float) -> Grey:
        people = np.random.default_rng(int(seconds)).uniform(20, 220, picture.shape)
        return np.where(half, people, picture)

    assert watch.show(60, crowd) == set()


def daylight(day: Grey) -> Iterator[Grey]:
    """An hour: the light falls to a third, clouds pass, a shadow moves over the ground, the exposure rises twice."""
    for second in range(3600):
        gain = 1 - second / 5400 + 0.08 * np.sin(second / 37)
        shadow = np.ones(day.shape[1])
        shadow[second // 60 : second // 60 + 50] = 0.6
        yield (1.0 if second < 1200 else 1.4 if second < 2400 else 1.8) * gain * day * shadow


def test_daylight_and_exposure_are_no_tampering(watch: DetectorRig) -> None:
    seen: set[Tampering] = set()
    for picture in daylight(watch.picture):
        watch.now_s += 0.5
        seen |= watch.one(picture)
    assert seen == set()
    for change in (lit(0.45), lit(1.3, 20), lit(0.5, 60)):  # at once
        assert watch.show(20, change) == set()


def test_a_night_with_lamps_is_not_too_dark() -> None:
    watch = DetectorRig(np.where(np.random.default_rng(1).uniform(size=(90, 160)) > 0.88, 120.0, 12.0))
    assert watch.show(20) == set()


def test_another_scene_that_stays_is_the_scene_from_then_on(watch: DetectorRig) -> None:
    assert watch.show(ADAPT_S - 5, turned) == {Tampering.SCENE_CHANGE}
    watch.show(HOLD_S + 10, turned)
    assert watch.show(20, turned) == set()
    assert watch.show(HOLD_S + 1) == {Tampering.SCENE_CHANGE}


def test_a_scene_that_the_camera_shows_differently_is_learnt_anew(watch: DetectorRig) -> None:
    watch.view += 1  # by settings, or by a digital head
    assert watch.show(20, turned) == set()
    watch.head += 0.5  # by its own motors
    assert watch.show(20) == set()
    watch.now_s += 3600  # no analysis for so long
    assert watch.show(20) == set()


def test_without_a_signal_everything_stays(watch: DetectorRig) -> None:
    watch.show(HOLD_S + 1, evenly(4))
    for _ in range(20):
        assert watch.one(None) == {Tampering.TOO_DARK}
    watch.view += 2
    watch.show(HOLD_S + 1)
    assert watch.show(2) == set()
    for _ in range(20):
        assert watch.one(None) == set()


def test_a_camera_turned_while_it_was_covered(watch: DetectorRig) -> None:
    watch.show(120, evenly(4))
    assert watch.show(HOLD_S + 2, turned) == {Tampering.TOO_DARK, Tampering.SCENE_CHANGE}


def test_a_blank_wall_is_no_scene_to_miss() -> None:
    watch = DetectorRig(np.full((90, 160), 150.0))
    assert watch.show(LEARN_S + 5) | watch.show(20, turned) == set()
