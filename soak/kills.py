"""Kills: a camera is killed at random times while settings change; it must keep all acknowledged changes."""

import http.client
import random
import shutil
import sqlite3
import threading
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.camera import CameraProcess

from soak.report import Progress, Row

GROUP, NAME = "System.Info", "ServerLocation"


class Writer:
    """Changes one setting repeatedly until the camera has ended."""

    def __init__(self, camera: CameraProcess) -> None:
        self._client = camera.client
        self.asked = self.acknowledged = -1
        self.begun = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def start(self, first: int) -> None:
        """Start; the first value is `first` + 1."""
        self.asked = self.acknowledged = first
        self._thread.start()

    def join(self) -> None:
        """Wait until the thread has noticed that the camera has ended."""
        self._thread.join()

    def _work(self) -> None:
        with suppress(OSError, http.client.HTTPException, AssertionError):
            while True:
                self.asked += 1
                self._client.update(GROUP, **{NAME: f"number {self.asked}"})
                self.acknowledged = self.asked
                self.begun.set()


def run(folder: Path, count: int) -> list[Row]:
    """Kill a camera `count` times; return the result."""
    chance, progress = random.Random(1), Progress("kills", count)
    state, last, asked, lost, acknowledged = folder / "state", 0, 0, 0, 0
    for number in range(count):
        camera = CameraProcess(state, "--source=scene", "--log-level=error").start()
        if number:
            kept = int(camera.client.value(GROUP, NAME).split()[1])
            lost += not last <= kept <= asked
        writer = Writer(camera)
        writer.start(asked)
        writer.begun.wait(20)
        threading.Event().wait(chance.uniform(0, 0.1))  # a random time
        camera.kill()
        writer.join()
        acknowledged += writer.acknowledged - asked
        last, asked = writer.acknowledged, writer.asked
        progress(number + 1, f"{acknowledged} acknowledged, {lost} lost")
    whole = is_whole(state)
    result = f"{acknowledged} changes acknowledged, {lost} kills lost one; database {'whole' if whole else 'damaged'}"
    passed = lost == 0 and whole
    return [Row(f"kill -9, {count} times", result, "0 lost in 500", passed if not passed or count >= 500 else None)]


def is_whole(state: Path) -> bool:
    """Whether the database in a state directory is intact. Checks a copy: the camera recovers the original."""
    with TemporaryDirectory() as folder:
        for file in (*state.glob("*.db"), *state.glob("*.db-wal")):
            shutil.copy(file, folder)
        with closing(sqlite3.connect(next(Path(folder).glob("*.db")))) as connection:
            return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
