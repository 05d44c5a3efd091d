from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.cgi.asking import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path / "state")
    yield world
    await world.close()
