"""People who walk past a camera: Debian's ``vtest.avi``, 768x576, 10 pictures a second for 79 seconds."""

from collections.abc import Iterator
from pathlib import Path

import av

from ipcamd.media.frame import Picture
from ipcamd.media.image.analysis_tap import AnalysisFrame, AnalysisTap, Demand
from ipcamd.media.image.image_settings import ImageSettings
from ipcamd.media.source.convert import VideoConverter
from ipcamd.motion.windows import Window
from ipcamd.time_units import SECOND_NS

PEOPLE = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
RATE = 10
NOON = 1_750_000_000 * SECOND_NS

PATH = {
    "path": (400, 170, 540, 300),
    "crossing": (520, 120, 640, 260),
    "road": (520, 40, 640, 110),
    "left": (0, 140, 150, 240),
}
"""Rectangle in which people walk: left, top, right, bottom in 640x480."""
ELSEWHERE = {
    "house": (260, 0, 480, 80),
    "trees": (0, 0, 200, 60),
    "lawn": (0, 260, 110, 440),
    "corner": (400, 380, 600, 480),
}
"""Rectangle in which hardly anybody walks."""


def pictures(size: tuple[int, int] = (1280, 720)) -> Iterator[Picture]:
    """Give the video's pictures as its source does to viewers who want that size."""
    eye = VideoConverter()
    with av.open(str(PEOPLE)) as video:
        for number, frame in enumerate(video.decode(video=0)):
            yield Picture(eye.convert(frame, size), NOON + number * SECOND_NS // RATE)


def analysis(shown: Iterator[Picture]) -> Iterator[AnalysisFrame]:
    """Give the analysis frames of these pictures."""
    eyes = AnalysisTap(lambda: None)
    eyes.demand = Demand.WHILE_WATCHED
    for picture in shown:
        eyes.offer(picture.video, picture, ImageSettings())
        frame = eyes.latest.take()
        assert frame
        yield frame


def window(box: tuple[int, int, int, int], sensitivity: int, percent: int) -> Window:
    return Window("", True, box, (), sensitivity, percent)
