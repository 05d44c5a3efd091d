from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.cgi.camera_rig import CameraRig


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[CameraRig]:
    rig = CameraRig(tmp_path / "state")
    yield rig
    await rig.close()
