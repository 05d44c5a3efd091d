"""Recording to a real file system that suddenly loses all data not yet on disk."""

import fcntl
import os
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import eventually
from tests.wire.avi.avi_files import playable, probe

pytestmark = pytest.mark.slow

SHUTDOWN = 0x8004587D
"""The ioctl that ends a mounted ext4 at once; `NO_FLUSH` leaves its journal unwritten too."""
NO_FLUSH = struct.pack("I", 2)


class DetachableDisk:
    """A file system in a file, which can be disconnected and mounted again."""

    def __init__(self, folder: Path) -> None:
        self.image, self.place = folder / "image", folder / "stick"

    def make(self) -> bool:
        """Return whether this machine permits it."""
        if os.geteuid() or not shutil.which("mkfs.ext4"):
            return False
        with self.image.open("wb") as image:
            image.truncate(64 << 20)
        self.place.mkdir()
        made = subprocess.run(["mkfs.ext4", "-q", "-F", self.image], check=False, capture_output=True)
        return not made.returncode and self.mount()

    def mount(self) -> bool:
        command = ["mount", "-o", "loop", self.image, self.place]
        return not subprocess.run(command, check=False, capture_output=True).returncode

    def cut(self) -> None:
        """Lose all data not yet on the disk, and keep the disk's state of this moment.

        The state is a copy: a program in another mount namespace (a sandbox of a browser) may hold the lost file
        system, and the kernel would mount that again.
        """
        fd = os.open(self.place, os.O_RDONLY)
        fcntl.ioctl(fd, SHUTDOWN, NO_FLUSH)
        os.close(fd)
        self.image = shutil.copy(self.image, self.image.with_name("image_after_cut"))

    def unmount(self) -> None:
        """Unmount; a killed process may still hold a file for a moment."""
        eventually(self._try_unmount, "the stick stays mounted")

    def _try_unmount(self) -> bool:
        subprocess.run(["umount", self.place], check=False, capture_output=True)
        return f" {self.place} " not in Path("/proc/mounts").read_text()


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[DetachableDisk]:
    stick = DetachableDisk(tmp_path)
    if not stick.make():
        pytest.skip("making and mounting a file system needs root, mkfs.ext4 and loop devices")
    yield stick
    stick.unmount()


def test_a_power_cut_loses_at_most_the_last_second(stick: DetachableDisk, start_camera: StartCamera) -> None:
    options = "--source=scene", f"--sdcard={stick.place / 'card'}"
    camera = start_camera(*options)
    camera.client.get("/cgi/event/schedule.cgi", action="add", Name="always", ScheduleTimeMode="1", EnableSDCard="1")
    records = stick.place / "card" / "record"
    (recording,) = eventually(lambda: list(records.glob("*.avi")), "nothing is recorded")
    time.sleep(3.3)
    cut = time.time()
    stick.cut()
    camera.kill()
    stick.unmount()
    assert stick.mount()
    assert playable(recording) == ""
    camera = start_camera(*options)

    def fetched() -> bool:
        return camera.client.get("/sdcard.cgi", action="download", fname=recording.name).status == 200

    eventually(fetched, "the recording that was cut off is not there")
    assert playable(recording) == ""
    found = probe(recording)["format"]
    began = datetime.fromisoformat(str(found["tags"]["date"])).timestamp()  # type: ignore[index]
    assert cut - began - float(str(found["duration"])) < 1.5  # half a second more than we promise: machines are busy
    camera.stop()
