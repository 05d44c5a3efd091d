"""Fixtures that start the real camera."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from tests.e2e.camera import CameraProcess, Client
from tests.e2e.unhurried import SMALL, STREAMS, UNHURRIED_RATE

StartCamera = Callable[..., CameraProcess]
END_TO_END = Path(__file__).parent / "e2e"

# a slow machine takes longer for an example than hypothesis allows by default
hypothesis.settings.register_profile("patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("patient")


def pytest_xdist_auto_num_workers() -> int:
    """Return the number of workers: two for each core, because tests of the whole camera mostly wait."""
    return 2 * len(os.sched_getaffinity(0))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run long tests first, so that the last ones are short and no worker waits for another.

    First those with a time limit of their own, which install programs; then the files with slow tests.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}

    def order(item: pytest.Item) -> tuple[bool, bool, bool]:
        return not item.get_closest_marker("timeout"), item.path not in slow, END_TO_END not in item.path.parents

    items.sort(key=order)


@pytest.fixture
def start_camera(tmp_path: Path) -> Iterator[StartCamera]:
    """Give a function that starts a camera with these options; all cameras are stopped properly at the end."""
    started: list[CameraProcess] = []

    def start(*options: str, state: str = "state", **more: dict[str, str]) -> CameraProcess:
        camera = CameraProcess(tmp_path / state, *options, **more)
        started.append(camera)
        return camera.start()

    yield start
    stop_all(started)


def stop_all(cameras: list[CameraProcess]) -> None:
    """Stop each camera that still runs, and report failures afterwards."""
    complaints = []
    for camera in cameras:
        try:
            if hasattr(camera, "process") and camera.process.returncode is None:
                camera.stop()
        except AssertionError as complaint:
            complaints.append(str(complaint))
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def camera(start_camera: StartCamera) -> CameraProcess:
    """A camera of this test's own, showing the built-in scene."""
    return start_camera("--source=scene")


@pytest.fixture(scope="session")
def shared_camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    """One camera for all tests that only read."""
    camera = CameraProcess(tmp_path_factory.mktemp("shared") / "state", "--source=scene").start()
    yield camera
    stop_all([camera])


@pytest.fixture
def client(shared_camera: CameraProcess) -> Client:
    """The administrator of the shared camera; change nothing, or change it back."""
    return shared_camera.client


@pytest.fixture(scope="session")
def unhurried_camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    """One camera with small and slow streams, for all tests of rates that only read."""
    camera = CameraProcess(tmp_path_factory.mktemp("unhurried") / "state", "--source=scene").start()
    for stream in STREAMS:
        camera.client.update(stream, Resolution=SMALL, Framerate=UNHURRIED_RATE)
    yield camera
    stop_all([camera])


@pytest.fixture
def unhurried(unhurried_camera: CameraProcess) -> Client:
    """The administrator of that camera."""
    return unhurried_camera.client


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Block reads of files on the card until the event is set, as during a long scan."""
    gate, real = threading.Event(), os.pread

    def pread(fd: int, length: int, offset: int) -> bytes:
        gate.wait(60)
        return real(fd, length, offset)

    monkeypatch.setattr(os, "pread", pread)
    yield gate
    gate.set()
