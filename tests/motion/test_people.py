"""Real people, and the built-in scene: windows on their path raise alarms, other windows do not."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bench.motion import rates
from tests.motion.pedestrians import ELSEWHERE, NOON, PATH, PEOPLE, RATE, analysis, pictures, window

from ipcamd.media.frame import Picture
from ipcamd.media.image.analysis_tap import AnalysisFrame
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.scene.scene_source import SceneSource
from ipcamd.media.source.source import Wanted
from ipcamd.motion.level_detector import AlarmDetector
from ipcamd.motion.windows import Window
from ipcamd.time_units import SECOND_NS

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[2] / "docs/motion.md"


@pytest.fixture(scope="module", autouse=True)
def people() -> None:
    if not PEOPLE.exists():
        pytest.fail("install Debian's opencv-doc: vtest.avi is missing")


def alarms(shown: list[AnalysisFrame], *windows: Window) -> list[int]:
    """Return the windows that alarmed, one entry an alarm."""
    alarm_detector = AlarmDetector()
    told = [alarm_detector.detect(frame, windows, (frame.captured_ns - NOON) / SECOND_NS)[1] for frame in shown]
    return [number for number in told if number]


@pytest.fixture(scope="module")
def walk() -> list[AnalysisFrame]:
    return list(analysis(pictures((640, 480))))


@pytest.mark.parametrize(("name", "least"), [("path", 12), ("crossing", 12), ("left", 5)])
def test_windows_over_the_path_alarm_as_often_as_they_may(walk: list[AnalysisFrame], name: str, least: int) -> None:
    # persons are on the path all the time, on its left for half of the time; 79 seconds hold 16 alarms at most
    assert least <= len(alarms(walk, window(PATH[name], 50, 10))) <= 16


@pytest.mark.parametrize(("sensitivity", "percent"), [(50, 10), (80, 10), (100, 10)])
def test_windows_elsewhere_do_not(walk: list[AnalysisFrame], sensitivity: int, percent: int) -> None:
    assert alarms(walk, *[window(ELSEWHERE[name], sensitivity, percent) for name in ("house", "trees")]) == []


def test_the_documentation_gives_the_detection_rate() -> None:
    rows = re.findall(r"^\| (\d+) \| (\d+) \|(.*)\|$", DOCS.read_text(), re.MULTILINE)
    said = {(int(s), int(p)): [float(n) for n in re.findall(r"([\d.]+) %", rest)] for s, p, rest in rows}
    assert len(said) == 24
    for setting, (hits, wrong) in rates([(50, 10), (80, 20), (100, 0)]).items():
        measured = [100 * hits[name][0] for name in (*PATH, "whole picture")] + [100 * wrong]
        assert measured == pytest.approx(said[setting], abs=3)
    assert RATE == 10


class SceneRig:
    """The built-in scene in simulated time: as fast as it can be drawn."""

    def __init__(self) -> None:
        self.time = NOON
        self.stop = threading.Event()
        clock = Clock(lambda: self.time, lambda: self.time, self._local, self._wait)
        self.scene = SceneSource(clock)
        self._pictures = self.scene.play(lambda: Wanted((640, 360), 15, False), self.stop)

    def show(self, seconds: float) -> Iterator[Picture]:
        for _ in range(round(seconds * 15)):
            picture = next(self._pictures)
            assert isinstance(picture, Picture)
            yield picture

    def _local(self, moment: int) -> datetime:
        return datetime.fromtimestamp(moment / SECOND_NS, UTC)

    def _wait(self, event: threading.Event, seconds: float) -> None:
        self.time += round(seconds * SECOND_NS)


BELOW_THE_BOARD = (0, 120, 640, 480)


def test_the_visitor_of_the_scene_alarms_while_he_walks_and_not_while_he_stands() -> None:
    playing = SceneRig()
    walking = list(analysis(playing.show(12)))
    assert alarms(walking, window(BELOW_THE_BOARD, 50, 10)) == [1, 1, 1]
    playing.scene.figure = "still"
    list(playing.show(2))
    assert alarms(list(analysis(playing.show(20))), window(BELOW_THE_BOARD, 100, 0)) == []


def test_the_clock_in_the_scene_itself_is_movement() -> None:
    playing = SceneRig()
    playing.scene.figure = "still"
    assert alarms(list(analysis(playing.show(4))), window((320, 0, 640, 60), 50, 10)) == [1]
