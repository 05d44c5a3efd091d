"""Recipes of recorders and players: the instructions in docs/with, with the real programs."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import stop_all
from tests.e2e.camera import PATIENCE, CameraProcess, eventually
from tests.e2e.recipes.recipe import SECRET, block, filled, program
from tests.foreign_programs import needs_large, python_packages

pytestmark = pytest.mark.slow

ENOUGH_BYTES = 200_000
"""A film with some pictures."""
NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}
"""VLC refuses to run as root."""


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    folder = tmp_path_factory.mktemp("recipes")
    camera = CameraProcess(folder / "state", "--source=scene", f"--admin-password={SECRET}").start()
    yield camera
    stop_all([camera])


@contextmanager
def running(command: str, folder: Path, end: signal.Signals, **user: Any) -> Iterator[None]:
    """Run a command in a folder, and end it; a failed assertion includes its output."""
    environment = {"HOME": str(folder), "PATH": os.environ["PATH"]}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, shell=True, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True, **user
        )
    try:
        yield
    except AssertionError as error:
        raise AssertionError((folder / "log").read_text()) from error
    finally:
        os.killpg(process.pid, end)
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()


def record(command: str, film: Path, end: signal.Signals, **user: Any) -> None:
    """Run a command that records until it is ended."""
    with running(command, film.parent, end, **user):
        eventually(lambda: is_recorded(film), patience=3 * PATIENCE)


def is_recorded(film: Path) -> bool:
    return film.exists() and film.stat().st_size > ENOUGH_BYTES


def test_motion_records_the_figure_that_walks_through(camera: CameraProcess, tmp_path: Path) -> None:
    configuration = filled(block("motion", "motion"), camera, {"/var/lib/motion": str(tmp_path)})
    (tmp_path / "motion.conf").write_text(configuration)
    command = f"exec {program('motion', 'motion')} -n -c motion.conf -p {tmp_path}/pid"
    with running(command, tmp_path, signal.SIGTERM):
        eventually(lambda: any(map(is_recorded, tmp_path.glob("*.m*"))), patience=3 * PATIENCE)
    film = next(path for path in tmp_path.glob("*.m*") if is_recorded(path))
    assert probed(film) == "h264"
    assert list(tmp_path.glob("*.jpg"))


def test_gstreamer_records_and_takes_a_picture(camera: CameraProcess, tmp_path: Path) -> None:
    commands = [filled(block("gstreamer", "sh", number), camera, {}) for number in (0, 1)]
    record(f"exec {commands[0]}", tmp_path / "street.mkv", signal.SIGINT)
    assert probed(tmp_path / "street.mkv") == "h264"
    subprocess.run(["sh", "-c", commands[1]], cwd=tmp_path, check=True, capture_output=True, timeout=100)
    assert probed(tmp_path / "street.png") == "png"


def test_vlc_records(camera: CameraProcess, tmp_path: Path) -> None:
    program("cvlc", "vlc-bin")
    folder = Path(tempfile.mkdtemp())  # not below pytest's, which is for its own user alone
    folder.chmod(0o777)
    try:
        record(f"exec {filled(block('vlc', 'sh'), camera, {})}", folder / "street.ts", signal.SIGTERM, **NOBODY)
        assert probed(folder / "street.ts") == "h264"
    finally:
        shutil.rmtree(folder)


@needs_large
@pytest.mark.timeout(1000)
def test_opencv_reads_frames(camera: CameraProcess, tmp_path: Path) -> None:
    opencv = python_packages("opencv-python-headless")
    printed = opencv.run(
        "-c", f"import os; os.chdir({str(tmp_path)!r})\n" + filled(block("opencv", "python"), camera, {})
    )
    assert printed.startswith("(720, 1280, 3) ")
    assert probed(tmp_path / "street.png") == "png"


def probed(film: Path) -> str:
    """Return the codec of the pictures in a file."""
    entry = ["-show_entries", "stream=codec_name", "-of", "default=noprint_wrappers=1:nokey=1"]
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0", *entry, str(film)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[0]
