"""Files of recordings during a replay: none stays open after it."""

import threading
from contextlib import suppress
from pathlib import Path

import pytest
from tests.server.rtsp.player import Player
from tests.server.rtsp.replay.conftest import URL, VIDEO, ReplayRig, set_up
from tests.server.serving import until
from tests.storage.conftest import CardSlot

from ipcamd.storage.replay.frame_entry import FrameEntry
from ipcamd.storage.replay.section_file import SectionFile

PATIENCE = 30


def has_open_recording(slot: CardSlot) -> bool:
    opened = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            opened.append(descriptor.readlink())
    return any(slot.root in path.parents for path in opened)


@pytest.mark.parametrize("method", ["PAUSE", "TEARDOWN"])
async def test_a_replay_that_ends_before_its_first_frame_leaves_no_file_open(
    slot: CardSlot, player: Player, method: str
) -> None:
    await set_up(player, VIDEO)
    player.send("PLAY", URL)
    player.send(method, URL)
    assert [(await player.answer()).status for _ in range(2)] == [200, 200]
    await until(lambda: not has_open_recording(slot))


async def test_a_connection_that_ends_during_play_leaves_no_file_open(
    slot: CardSlot, rig: ReplayRig, player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_ended, read = threading.Event(), SectionFile.read_entries

    def read_slowly(file: SectionFile) -> list[FrameEntry]:
        entries = read(file)
        has_ended.wait(PATIENCE)
        return entries

    monkeypatch.setattr(SectionFile, "read_entries", read_slowly)
    await set_up(player, VIDEO)
    player.send("PLAY", URL)
    await until(lambda: has_open_recording(slot))
    for connection in rig.registry:
        connection.reset()
    await until(lambda: not rig.registry)
    has_ended.set()
    await until(lambda: not has_open_recording(slot))
