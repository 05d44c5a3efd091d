from collections.abc import AsyncIterator

import pytest
from tests.server.rtsp.player import Player, Stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Stage() as stage:
        yield stage


@pytest.fixture
async def player(stage: Stage) -> Player:
    return await stage.player()
