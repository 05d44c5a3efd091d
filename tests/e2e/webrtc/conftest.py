"""One camera with sound for all tests of WebRTC."""

from collections.abc import Iterator

import pytest
from tests.conftest import stop_all
from tests.e2e.camera import CameraProcess
from tests.e2e.webrtc.resource_counts import make_counted_camera


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    state = tmp_path_factory.mktemp("webrtc") / "state"
    camera = make_counted_camera(state, "--source=scene", "--audio=tone", "--allowed-host=wall.example").start()
    camera.client.update("Audio", MicEnabled="yes")
    yield camera
    stop_all([camera])
