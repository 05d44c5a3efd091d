from collections.abc import AsyncIterator

import pytest
from tests.server.rtsp.player import Player, RtspRig


@pytest.fixture
async def rig() -> AsyncIterator[RtspRig]:
    async with RtspRig() as rig:
        yield rig


@pytest.fixture
async def player(rig: RtspRig) -> Player:
    return await rig.player()
