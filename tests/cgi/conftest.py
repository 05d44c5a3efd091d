from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cgi.asking import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "state")
    yield world
    world.database.close()
