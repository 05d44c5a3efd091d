"""Motion detection: processor time of a picture, and rate of correct results for walking people.

``python -m bench.motion`` prints the table of ``docs/motion.md``.
"""

import time
from dataclasses import replace

import numpy as np
from bench import yardsticks
from bench.table import Row
from numpy.typing import NDArray
from tests.motion.pedestrians import ELSEWHERE, PATH, RATE, analysis, pictures, window

from ipcamd.media.frame import Picture
from ipcamd.media.image.analysis_tap import RATE as MOST
from ipcamd.media.image.analysis_tap import SAMPLE_RATE, AnalysisFrame, AnalysisTap, Demand
from ipcamd.media.image.image_settings import ImageSettings
from ipcamd.media.planes import planes
from ipcamd.motion.level_detector import AlarmDetector, LevelDetector
from ipcamd.motion.windows import Window
from ipcamd.tampering.detector import TamperingDetector

SETTINGS = [(s, p) for s in (20, 50, 80, 100) for p in (0, 5, 10, 20, 30, 50)]
"""Pairs of sensitivity and percentage."""
WHOLE = {"whole picture": (0, 0, 640, 480)}

Flags = NDArray[np.bool_]


def rows() -> list[Row]:
    """Return the processor time of detection in three windows, and its rate of correct results."""
    walked, calm = rates([(50, 10)])[50, 10]
    one = yardsticks.jpeg()
    hits = [hit for name, (hit, _) in walked.items() if name in PATH]
    return [
        Row("motion: a picture of 320x240", cost((320, 240)), "ms", one, 0.3, 0.15, less=True),
        Row("motion: a picture of 1280x720", cost((1280, 720)), "ms", one, 0.3, 0.15, less=True),
        Row("motion: the same, fifteen a second with pauses", paced((1280, 720)), "ms", one, 0.9, 0.5, less=True),
        Row("tampering: a picture of 1280x720", tampering_cost((1280, 720)), "ms", one, 0.4, 0.2, less=True),
        Row("motion: seconds with movement detected", 100 * min(hits), "%", None, 80, 95),
        Row("motion: seconds without movement detected", 100 * calm, "%", None, 1, 0, less=True),
    ]


def cost(size: tuple[int, int], repeat: int = 3) -> float:
    """Return the milliseconds of processor time of one picture, from the whole picture to the levels."""
    shown = list(pictures(size))[:300]
    return min(_once(shown) for _ in range(repeat)) / len(shown) * 1000


def paced(size: tuple[int, int], count: int = 90) -> float:
    """Return the same with a pause after each picture, in which other programs replace the contents of the caches."""
    shown = list(pictures(size))[:count]
    return _once(shown, 1 / MOST) / count * 1000


def _once(shown: list[Picture], rest: float = 0) -> float:
    eyes, alarm_detector = AnalysisTap(lambda: None), AlarmDetector()
    eyes.demand = Demand.WHILE_WATCHED
    windows = [window(box, 50, 10) for box in [*PATH.values()][:3]]
    began = time.thread_time()
    for number, picture in enumerate(shown):
        time.sleep(rest)
        eyes.offer(picture.video, picture, ImageSettings())
        frame = eyes.latest.take()
        assert frame
        alarm_detector.detect(frame, windows, number / RATE)
    return time.thread_time() - began


def tampering_cost(size: tuple[int, int], repeat: int = 3) -> float:
    """Return the milliseconds of processor time of one picture for tampering detection, which gets two per second."""
    shown = list(pictures(size))[:300:5]
    return min(_once_for_tampering(shown) for _ in range(repeat)) / len(shown) * 1000


def _once_for_tampering(shown: list[Picture]) -> float:
    tap, detector = AnalysisTap(lambda: None), TamperingDetector()
    now_s, taken = 0.0, 0

    def take(frame: AnalysisFrame) -> None:
        nonlocal taken
        taken += 1
        detector.detect(frame, now_s)

    tap.take_sample = take
    began = time.thread_time()
    for number, picture in enumerate(shown):
        now_s = number / SAMPLE_RATE
        tap.offer(picture.video, replace(picture, captured_ns=round(now_s * 1e9)), ImageSettings())
    assert taken == len(shown)
    return time.thread_time() - began


Rates = tuple[dict[str, tuple[float, int]], float]
"""For each window: the fraction of its busy seconds with an alarm, and their number. Then the fraction of all windows'
calm seconds with an alarm."""


def rates(settings: list[tuple[int, int]]) -> dict[tuple[int, int], Rates]:
    """Return the rates of alarms for each sensitivity and percentage."""
    boxes = PATH | ELSEWHERE | WHOLE
    busy, calm = _seconds(boxes)
    over = _over([window(box, *setting) for setting in settings for box in boxes.values()])
    result = {}
    for number, setting in enumerate(settings):
        seen = dict(zip(boxes, over[number * len(boxes) :], strict=False))
        hits = {
            name: (float(seen[name][busy[name]].mean()), int(busy[name].sum())) for name in boxes if busy[name].any()
        }
        result[setting] = hits, float(np.concatenate([seen[name][calm[name]] for name in boxes]).mean())
    return result


def _over(windows: list[Window]) -> list[Flags]:
    """Return for each window the seconds with an alarm."""
    detector = LevelDetector(windows)
    flags = np.array([[result.alarm for result in detector.detect(frame)] for frame in analysis(pictures())])
    return [_whole_seconds(flags[:, number]) for number in range(len(windows))]


def _seconds(boxes: dict[str, tuple[int, int, int, int]]) -> tuple[dict[str, Flags], dict[str, Flags]]:
    """Return for each box the seconds with certain movement, and those without any, even just before and after.

    Unlike a camera, this uses the whole video: the median of its pictures is the place without people.
    """
    moved, busy, calm = _moved(), {}, {}
    for name, (left, top, right, bottom) in boxes.items():
        rows, columns = moved.shape[1:]
        part = moved[:, top * rows // 480 : bottom * rows // 480, left * columns // 640 : right * columns // 640]
        count = part.sum(axis=(1, 2))
        some = _whole_seconds(count > 0)
        near = np.convolve(some, [1, 1, 1], "same") > 0
        # the first two seconds do not count: the camera learns the background
        late = np.arange(some.size) >= 2
        busy[name], calm[name] = _whole_seconds(count > 40) & late, ~near & late
    return busy, calm


def _moved() -> Flags:
    """Return the pixels, in pictures of half the size, that show a person who has moved in the last half second."""
    luma = np.stack([planes(picture.video)[0][::2, ::2] for picture in pictures()]).astype(np.int16)
    empty = np.median(luma[::5], axis=0).astype(np.int16)
    people = np.stack([_opened(np.abs(picture - empty) > 28) for picture in luma])
    moved = np.zeros_like(people)
    half = RATE // 2
    for number in range(half, len(people)):
        moved[number] = _opened(people[number] ^ people[number - half])
    return moved


def _opened(mask: Flags) -> Flags:
    """Return the mask without areas thinner than three pixels: the barrier tape, and noise."""
    return _nine(_nine(mask, np.logical_and), np.logical_or)


def _nine(mask: Flags, join: np.ufunc) -> Flags:
    wide = np.pad(mask, 1, constant_values=join is np.logical_and)
    rows, columns = mask.shape
    return join.reduce([wide[y : y + rows, x : x + columns] for y in range(3) for x in range(3)])


def _whole_seconds(flags: Flags) -> Flags:
    """Return for each second whether the flag of one of its pictures is set."""
    return flags[: flags.size // RATE * RATE].reshape(-1, RATE).any(axis=1)


def table() -> str:
    """Return the table of the documentation, in Markdown."""
    found = rates(SETTINGS)
    names = [*PATH, *WHOLE]
    lines = [["sensitivity", "percentage", *names, "false"], ["---:"] * (len(names) + 3)]
    for (sensitivity, percent), (hits, wrong) in found.items():
        seen = [f"{100 * hits[name][0]:.0f} %" for name in names]
        lines.append([str(sensitivity), str(percent), *seen, f"{100 * wrong:.1f} %"])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    print(table())
    for row in rows():
        print(*row.cells(), sep="  ")
