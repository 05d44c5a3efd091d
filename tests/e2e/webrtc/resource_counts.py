"""Counts of what a camera holds: tasks, sockets, sessions of WebRTC and more."""

import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.e2e.camera import CameraProcess, eventually

PROGRAM = Path(__file__).parents[1] / "counted_camera.py"
PATIENCE_S = 60.0


def make_counted_camera(state: Path, *options: str) -> CameraProcess:
    """Return a camera for `Held`."""
    return CameraProcess(state, *options, environment={"COUNTS": str(_counts(state))}, program=(str(PROGRAM),))


class ResourceCounts:
    """Counts of one camera."""

    def __init__(self, camera: CameraProcess) -> None:
        """`camera` is one of `make_counted_camera`."""
        self._camera = camera
        self._counts = _counts(camera.state)

    def count(self) -> dict[str, int]:
        """Return how many tasks, timers, sockets, files and threads there are, and how many objects of each class."""
        self._counts.unlink(missing_ok=True)
        self._camera.signal(signal.SIGUSR2)
        eventually(self._counts.exists, "the camera does not count", PATIENCE_S)
        links = [link for file in Path(f"/proc/{self._camera.pid}/fd").iterdir() if (link := _target(file))]
        threads = len(os.listdir(f"/proc/{self._camera.pid}/task"))  # noqa: PTH208
        seen = {"sockets": sum(link.startswith("socket:") for link in links), "files": len(links), "threads": threads}
        counts: dict[str, int] = json.loads(self._counts.read_text())
        return counts | seen

    def find_least(self, is_enough: Callable[[Mapping[str, int]], bool], seconds: float) -> dict[str, int]:
        """Return the least of each, once that is enough, or after so many seconds."""
        least, deadline = self.count(), time.monotonic() + seconds
        while not is_enough(least) and time.monotonic() < deadline:
            time.sleep(0.1)
            now = self.count()
            least = {name: min(now[name], before) for name, before in least.items()}
        return least

    def settle(self, before: Mapping[str, int], seconds: float) -> dict[str, int]:
        """Return the least of each once there is no more than before, or after so many seconds."""
        return self.find_least(lambda least: is_no_more(least, before), seconds)


def is_no_more(counts: Mapping[str, int], before: Mapping[str, int]) -> bool:
    """Whether there is no more of anything than before."""
    return all(counts[name] <= count for name, count in before.items())


def _counts(state: Path) -> Path:
    return state.with_name(f"{state.name}.counts")


def _target(file: Path) -> str:
    """Return what an open file is; "" if it is closed."""
    try:
        return str(file.readlink())
    except OSError:
        return ""
