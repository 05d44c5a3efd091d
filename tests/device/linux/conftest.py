"""Stand-ins for devices of Linux."""

from pathlib import Path

import pytest
from tests.device.linux.fake_camera import build_stand_in


@pytest.fixture(scope="session")
def fakecam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_stand_in(tmp_path_factory.mktemp("fakecam"), "fakecam")
