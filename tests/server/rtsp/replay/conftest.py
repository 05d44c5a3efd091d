"""A service that replays the recordings of a card."""

from collections.abc import AsyncIterator

import pytest
from tests.server.rtsp.player import Player, RtspRig
from tests.storage.conftest import CardSlot, slot
from tests.storage.replay.recorded import lay

from ipcamd.media import codecs
from ipcamd.server.rtsp.mounts.stream_paths import Mounts
from ipcamd.server.rtsp.rtsp_service import RtspService
from ipcamd.storage.replay.catalog import TRACKS, ReplayCatalog

__all__ = ["slot"]

URL = "/replay/sdcard"
VIDEO = f"{URL}/track{TRACKS.index(codecs.H264)}"


class ReplayRig(RtspRig):
    """A service whose card has recordings of seconds 0 to 4 and 10 to 12."""

    def __init__(self, catalog: ReplayCatalog) -> None:
        super().__init__()
        find = Mounts(lambda: {"h264": self.hubs.h264}, recordings=catalog)
        self.service = RtspService(
            find, self.authenticator, self.registry, self.viewers, clock_ns=lambda: self.hubs.now
        )
        self.service.context.authenticator.login_needed = False


@pytest.fixture
async def rig(slot: CardSlot) -> AsyncIterator[ReplayRig]:
    for second in (0, 2, 10):
        lay(slot, second)
    async with ReplayRig(ReplayCatalog(await slot.start())) as rig:
        yield rig


@pytest.fixture
async def player(rig: ReplayRig) -> Player:
    return await rig.player()


async def set_up(player: Player, *tracks: str) -> None:
    for number, track in enumerate(tracks):
        way = f"RTP/AVP/TCP;unicast;interleaved={2 * number}-{2 * number + 1}"
        assert (await player.ask("SETUP", track, transport=way, require="onvif-replay")).status == 200
