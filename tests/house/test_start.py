"""Modules that a start loads: nothing heavy, and few of the camera's own, until all services listen."""

from collections.abc import Iterator

import pytest
from tests.e2e.camera import CameraProcess

pytestmark = pytest.mark.slow

PROGRAM = """
import os, sys

def write_noting_modules(file, data, write=os.write):
    if data.startswith(b"ready "):
        print("modules", *sys.modules, file=sys.stderr, flush=True)
    return write(file, data)

os.write = write_noting_modules
from ipcamd.__main__ import main
main()
"""
"""The camera; it logs which modules are loaded when it says that it is ready."""

HEAVY = {"PIL", "aiosmtplib", "av", "email", "http.client", "numpy", "simplejpeg", "smbprotocol", "zeroconf"}
OWN_LIMIT = 512


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[set[str]]:
    camera = CameraProcess(
        tmp_path_factory.mktemp("start") / "state", "--source=scene", program=("-c", PROGRAM)
    ).start()
    camera.stop()
    yield {name for line in camera.log.splitlines() if line.startswith("modules ") for name in line.split()[1:]}


def test_it_imports_nothing_heavy(loaded: set[str]) -> None:
    assert loaded & HEAVY == set()


def test_it_imports_few_modules(loaded: set[str]) -> None:
    """Modules that only some cameras need, or that are needed later, are imported then: see ``EndpointModule``."""
    own = sorted(name for name in loaded if name.startswith("ipcamd."))
    assert 100 < len(own) <= OWN_LIMIT, own
