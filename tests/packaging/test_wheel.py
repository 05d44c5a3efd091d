"""The wheel: complete; pipx and uvx install and start the camera in an empty home directory."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.e2e.camera import CameraProcess
from tests.foreign_programs import python_packages
from tests.packaging.installed import assert_complete

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

ROOT = Path(__file__).parents[2]
SHARE = ROOT / "packaging/share"
INSTALL_S = 300


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, timeout=INSTALL_S)
    return next(folder.iterdir())


def test_it_holds_every_file_of_the_package_and_nothing_else(wheel: Path) -> None:
    files = {path for path in (ROOT / "src").rglob("*") if path.is_file() and path.suffix != ".pyc"}
    own = {path.relative_to(ROOT / "src").as_posix() for path in files if "egg-info" not in str(path)}
    shared = {path.relative_to(SHARE).as_posix() for path in SHARE.rglob("*") if path.is_file()}
    held = [name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name]
    assert {name for name in held if ".data/" not in name} == own
    assert {name.partition(".data/data/share/")[2] for name in held if ".data/" in name} == shared


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home directory."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def test_pipx_installs_a_complete_camera_with_its_manual(wheel: Path, home: Path, tmp_path: Path) -> None:
    pipx = python_packages("pipx")
    clean = {"HOME": str(home)}
    pipx.run("-m", "pipx", "install", str(wheel), timeout_s=INSTALL_S, variables=clean)
    assert (home / ".local/share/man/man1/ipcamd.1").read_text() == (SHARE / "man/man1/ipcamd.1").read_text()
    command = (str(home / ".local/bin/ipcamd"),)
    with running(CameraProcess(tmp_path / "state", "--source=scene", command=command)) as camera:
        assert_complete(camera.client)
    pipx.run("-m", "pipx", "uninstall", "ipcamd", variables=clean)
    assert not (home / ".local/bin/ipcamd").exists()


def test_uvx_runs_a_complete_camera_with_all_extras(wheel: Path, home: Path, tmp_path: Path) -> None:
    uvx = python_packages("uv").folder / "bin/uvx"
    command = (str(uvx), "--python", sys.executable, "--from", f"{wheel}[mqtt,webrtc]", "ipcamd")
    clean = {"HOME": str(home)}
    with running(CameraProcess(tmp_path / "state", "--source=scene", command=command, environment=clean)) as camera:
        assert camera.webrtc
        assert_complete(camera.client)


@contextmanager
def running(camera: CameraProcess) -> Iterator[CameraProcess]:
    """Give the camera while it runs."""
    try:
        yield camera.start()
    finally:
        camera.stop()
