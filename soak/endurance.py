"""Endurance run: viewers connect and disconnect, settings change, the source is lost, and continuous recording runs."""

import http.client
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tests.e2e.camera import CameraProcess, eventually

from soak.report import Progress, Row

VISIT_S, UPDATE_S, LOST_S, SAMPLE_S = 0.1, 1.0, 60.0, 10.0
"""Seconds between two viewers, two changes of a setting, two losses of the source, two samples."""
WARM_UP_S = 300.0
STREAMS = ("/cgi/mjpg/mjpeg.cgi", "/cgi/mpeg/stream1.cgi", "/cgi/mpeg/stream2.cgi", "/cgi/jpg/image.cgi")
SLOPE_MIB, TOLERANCE = 1.0, 2
"""Permitted growth of memory per hour, and permitted difference of files and threads at rest."""


@dataclass
class Samples:
    """Memory of the camera over time."""

    pid: int
    times: list[float] = field(default_factory=list)
    rss_mib: list[float] = field(default_factory=list)

    def take(self) -> None:
        """Take a sample."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        self.times.append(time.monotonic())
        self.rss_mib.append(pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20))

    def slope_mib_per_hour(self, warm_up_s: float) -> float:
        """Return the growth of memory after the warm-up, from a straight line through the samples."""
        late = [(t, r) for t, r in zip(self.times, self.rss_mib, strict=True) if t >= self.times[0] + warm_up_s]
        if len(late) < 3:
            return 0.0
        times, memory = zip(*late, strict=True)
        return float(np.polyfit(np.array(times) - times[0], memory, 1)[0] * 3600)


def run(folder: Path, minutes: float) -> list[Row]:
    """Run for this time; return the results."""
    camera = CameraProcess(folder / "state", "--source=scene", "--log-level=warning").start()
    client = camera.client
    client.update("Image.H264", Resolution=1, Framerate=10)
    client.get("/cgi/event/schedule.cgi", action="add", Name="always", ScheduleTimeMode="1", EnableSDCard="1")
    visit(camera, 0)
    before, samples, wrong = at_rest(camera.pid), Samples(camera.pid), 0
    jobs = Jobs(camera, samples)
    progress, began = Progress("endurance", minutes * 60), time.monotonic()
    while (elapsed := time.monotonic() - began) < minutes * 60:
        wrong += jobs.do_what_is_due()
        progress(elapsed, f"{jobs.visits} viewers, {samples.rss_mib[-1] if samples.rss_mib else 0:.0f} MiB")
        time.sleep(0.01)
    progress(minutes * 60, f"{jobs.visits} viewers")
    client.get("/cgi/admin/virtual.cgi", source="back")
    after = at_rest(camera.pid)
    traces = camera.log.count("Traceback")
    slope = samples.slope_mib_per_hour(min(WARM_UP_S, minutes * 60 / 4))
    ended = stops(camera)
    name = f"endurance, {minutes:g} minutes"
    work = f"{jobs.visits} viewers, {jobs.updates} updates, {jobs.losses} changes of the source; {wrong} wrong answers"
    memory = f"{slope:+.2f} MiB/h, {samples.rss_mib[-1]:.0f} MiB at the end"
    rest = f"{before[0]}, {before[1]} before; {after[0]}, {after[1]} after"
    differs = max(abs(after[0] - before[0]), abs(after[1] - before[1]))
    grows_little = slope < SLOPE_MIB
    return [
        Row(name, work, "0 wrong", wrong == 0),
        Row(f"{name}: memory", memory, f"< {SLOPE_MIB:g} MiB/h in an hour", grows_little if minutes >= 60 else None),
        Row(f"{name}: files, threads at rest", rest, f"equal within {TOLERANCE}", differs <= TOLERANCE),
        Row(f"{name}: log", f"{traces} traces", "0", traces == 0),
        Row(f"{name}: SIGTERM", "exit code 0" if ended else "no clean end", "exit code 0", ended),
    ]


class Jobs:
    """Actions on the camera, each at its interval."""

    def __init__(self, camera: CameraProcess, samples: Samples) -> None:
        self._camera = camera
        self.visits = self.updates = self.losses = 0
        now = time.monotonic()
        self._jobs: list[list[object]] = [
            [VISIT_S, now, self._visit],
            [UPDATE_S, now, self._update],
            [LOST_S, now + LOST_S, self._lose],
            [SAMPLE_S, now, samples.take],
        ]

    def do_what_is_due(self) -> int:
        """Perform the actions that are due; return the number of wrong answers."""
        wrong = 0
        for job in self._jobs:
            interval, due, action = job
            if time.monotonic() >= due:  # type: ignore[operator]
                wrong += bool(_call(action))  # type: ignore[arg-type]
                job[1] = time.monotonic() + interval  # type: ignore[operator]
        return wrong

    def _visit(self) -> bool:
        self.visits += 1
        return not visit(self._camera, self.visits)

    def _update(self) -> bool:
        self.updates += 1
        place = f"round {self.updates}"
        self._camera.client.update("System.Info", ServerLocation=place)
        return self._camera.client.value("System.Info", "ServerLocation") != place

    def _lose(self) -> bool:
        self.losses += 1
        state = "back" if self.losses % 2 == 0 else "lost"
        return self._camera.client.get("/cgi/admin/virtual.cgi", source=state).status != 200


def _call(action: Callable[[], object]) -> object:
    try:
        return action()
    except (OSError, AssertionError, http.client.HTTPException):
        return True


def visit(camera: CameraProcess, number: int) -> bool:
    """Open a stream, read the first bytes and close it; return whether any arrived."""
    with camera.client.open(STREAMS[number % len(STREAMS)]) as answer:
        return answer.status == 200 and bool(answer.read(20_000))


def at_rest(pid: int) -> tuple[int, int]:
    """Return the numbers of open files and threads when they are constant; after two minutes, the least ones."""
    counts: list[tuple[int, int]] = []

    def settled() -> bool:
        counts.append((len(os.listdir(f"/proc/{pid}/fd")), len(os.listdir(f"/proc/{pid}/task"))))  # noqa: PTH208
        return len(counts) > 100 and len(set(counts[-100:])) == 1

    try:
        eventually(settled, patience=120)
    except AssertionError:
        return min(counts[-100:])
    return counts[-1]


def stops(camera: CameraProcess) -> bool:
    """Stop the camera; return whether it ended correctly."""
    try:
        camera.stop()
    except AssertionError:
        return False
    return True
