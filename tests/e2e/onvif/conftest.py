"""One camera for the ONVIF tests of a module."""

from collections.abc import Iterator

import pytest
from tests.conftest import stop_all
from tests.e2e.camera import CameraProcess
from tests.onvif.client import OnvifClient


@pytest.fixture(scope="module")
def onvif_camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    camera = CameraProcess(tmp_path_factory.mktemp("onvif") / "state", "--source=scene").start()
    camera.client.update("Audio", MicEnabled="yes")
    yield camera
    stop_all([camera])


@pytest.fixture
def onvif(onvif_camera: CameraProcess) -> OnvifClient:
    """The administrator."""
    return OnvifClient(onvif_camera.client)
