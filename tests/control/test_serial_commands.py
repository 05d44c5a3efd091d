"""Commands on a virtual line: their bytes, and a Pelco-D receiver that obeys them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.wire.pelco_receiver import PelcoReceiver
from tests.wire.visca_receiver import ViscaReceiver

from ipcamd.control.ptz.controller import DIRECTIONS
from ipcamd.control.serial_commands import SerialCommands
from ipcamd.device.absent import AbsentSerialLine
from ipcamd.errors import RequestFailed
from ipcamd.params import ALL_GROUPS
from ipcamd.params.group import Values
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database


class SerialLineRig:
    """A line with a receiver at its end; it can be disconnected."""

    is_present = is_connected = True

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.head = PelcoReceiver(1)
        self.feed: Callable[[bytes], None] = self.head.feed
        self.is_pulled = self.is_slow = False

    async def send(self, data: bytes, values: Values) -> None:
        if self.is_pulled:
            raise RequestFailed("the line is pulled")
        if self.is_slow:
            await asyncio.sleep(0)
        self.sent.append(data)
        self.feed(data)


class Rig:
    def __init__(self, settings: Settings) -> None:
        self.line = SerialLineRig()
        self.settings = settings
        self.commands = SerialCommands(self.line, settings, step_s=0)

    async def set(self, **values: str) -> None:
        await self.settings.update([Change("RS485", name, value) for name, value in values.items()])

    async def move(self, direction: str, continuous: bool = False) -> bytes:
        """Return the bytes that one move sends at once."""
        self.line.sent.clear()
        await self.commands.send_move(direction, continuous)
        return b"".join(self.line.sent)


async def turn_round() -> None:
    """Run all tasks that are ready."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    with Database(tmp_path / "ipcamd.db") as database:
        rig = Rig(Settings(database, ALL_GROUPS, {}))
        await rig.set(Enable="yes")
        yield rig
        await rig.commands.close()


@pytest.mark.parametrize("direction", DIRECTIONS)
async def test_a_pelco_head_goes_where_the_move_says(rig: Rig, direction: str) -> None:
    await rig.move(direction, continuous=True)
    rig.line.head.run(1)
    pan, tilt, zoom = rig.line.head.position
    assert ((pan > 0) - (pan < 0), (tilt > 0) - (tilt < 0), zoom) == (*DIRECTIONS[direction], 0)


async def test_a_pelco_p_and_a_visca_head_do_the_same(rig: Rig) -> None:
    for protocol, head in (("Pelco-P", PelcoReceiver(3)), ("VISCA", ViscaReceiver(3))):
        await rig.set(Protocol=protocol, Address="3")
        rig.line.feed = head.feed_p if isinstance(head, PelcoReceiver) else head.feed
        for direction, (pan, tilt) in DIRECTIONS.items():
            before = head.position
            await rig.move(direction, continuous=True)
            head.run(1)
            await rig.move("stop")
            head.run(9)
            moved = tuple(now - then for now, then in zip(head.position, before, strict=True))
            assert tuple((way > 0) - (way < 0) for way in moved) == (pan, tilt, 0), (protocol, direction)
        await rig.move("up", continuous=True)
        await rig.move("zoomin", continuous=True)
        before = head.position
        head.run(4)
        assert head.position[:2] == before[:2], "the zoom replaces the move"
        await rig.commands.send_preset(8, store=True)
        await rig.move("zoomout", continuous=True)
        head.run(2)
        await rig.move("stop")
        stored = head.position[2] + 2
        await rig.commands.send_preset(8)
        head.run(1)
        assert head.position[2] == stored
        await rig.commands.clear_preset(8)
        await rig.move("home")
        assert head.position == (0, 0, 0)
        assert not set(head.presets) & {7, 8}
    await rig.set(Address="8")
    with pytest.raises(RequestFailed, match=r"RS485.Address=8: VISCA has 1 to 7"):
        await rig.move("left")


async def test_address_and_speeds_are_those_of_the_parameters(rig: Rig) -> None:
    await rig.set(Address="255", PanSpeed="9", TiltSpeed="0")
    assert (await rig.move("upleft", continuous=True)).hex() == "ffff000c3f014b"
    assert (await rig.move("stop")).hex() == "ffff00000000ff"
    assert (await rig.move("home")).hex() == "ffff0007002228"


async def test_a_step_ends_with_a_stop_and_a_continuous_move_does_not(rig: Rig) -> None:
    await rig.move("left")
    await rig.commands.close()
    assert [bool(message.moves) for message in rig.line.head.messages] == [True, False]
    await rig.move("left", continuous=True)
    assert len(rig.line.head.messages) == 3


async def test_at_the_end_a_continuous_move_is_stopped(rig: Rig) -> None:
    await rig.move("left", continuous=True)
    await rig.commands.close()
    assert not rig.line.head.messages[-1].moves


async def test_a_line_that_is_switched_off_stops_a_continuous_move(rig: Rig) -> None:
    await rig.move("left", continuous=True)
    await rig.set(Enable="no")
    await turn_round()
    assert not rig.line.head.messages[-1].moves


@pytest.mark.parametrize("store", [True, False])
async def test_a_step_ends_also_if_a_preset_is_stored_or_cleared_meanwhile(rig: Rig, store: bool) -> None:
    await rig.move("left")
    await (rig.commands.send_preset(3, store=True) if store else rig.commands.clear_preset(3))
    await rig.commands.close()
    moved, preset, stopped = rig.line.head.messages
    assert (moved.moves, preset.preset_action) == ({"left"}, "set" if store else "clear")
    assert not stopped.moves
    assert not stopped.preset_action


async def test_the_stop_of_a_step_does_not_cut_a_move_that_waited_for_the_line(rig: Rig) -> None:
    rig.line.is_slow = True
    await asyncio.gather(rig.move("left"), rig.move("right", continuous=True))
    await turn_round()
    assert rig.line.head.messages[-1].moves == {"right"}


async def test_the_stop_of_a_step_does_not_cut_the_next_command(rig: Rig) -> None:
    rig.commands = SerialCommands(rig.line, rig.settings, step_s=3600)
    await rig.move("left")
    await rig.move("right", continuous=True)
    await asyncio.wait_for(rig.commands.close(), 30)
    assert [message.moves for message in rig.line.head.messages] == [{"left"}, {"right"}, set()]


async def test_zoom_and_presets_of_a_pelco_head(rig: Rig) -> None:
    head = rig.line.head
    await rig.move("zoomin", continuous=True)
    head.run(5)
    await rig.commands.send_preset(8, store=True)
    await rig.move("zoomout", continuous=True)
    head.run(3)
    assert head.position == (0, 0, 2)
    await rig.commands.send_preset(8)
    assert head.position == (0, 0, 5)
    await rig.commands.clear_preset(8)
    assert 8 not in head.presets


async def test_custom_commands_are_the_bytes_of_the_parameters(rig: Rig) -> None:
    await rig.set(Protocol="custom", Home="00", Up="A1", Down="a2", Left="b1B1", Right="b2", ExCommand5="c0ffee")
    moves = {move: (await rig.move(move)).hex() for move in ("home", *DIRECTIONS)}
    assert moves == {
        "home": "00", "up": "a1", "down": "a2", "left": "b1b1", "right": "b2",
        "upleft": "a1b1b1", "upright": "a1b2", "downleft": "a2b1b1", "downright": "a2b2",
    }  # fmt: skip
    assert await rig.move("stop") == b""
    await rig.commands.send_external(5)
    assert rig.line.sent == [bytes.fromhex("c0ffee")]
    await rig.commands.send_preset(2)
    assert rig.line.sent[-1].hex() == "ff01000700020a"


async def test_a_command_without_bytes_is_refused_by_name(rig: Rig) -> None:
    await rig.set(Protocol="custom", Up="a1")
    for direction, reason in (("left", "RS485.Left"), ("upleft", "RS485.Left"), ("zoomin", "no command for zoom")):
        with pytest.raises(RequestFailed, match=reason):
            await rig.move(direction)
        with pytest.raises(RequestFailed, match=reason):
            rig.commands.check(direction)
    rig.commands.check("up")
    with pytest.raises(RequestFailed, match="ExCommand1"):
        await rig.commands.send_external(1)
    with pytest.raises(RequestFailed, match="ExCommand2"):
        rig.commands.check("ExCommand2")
    assert rig.line.sent == []


async def test_a_line_removed_during_a_step_does_no_harm(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    await rig.move("left")
    rig.line.is_pulled = True
    await rig.commands.close()
    assert "the line is pulled" in caplog.text
    with pytest.raises(RequestFailed, match="pulled"):
        await rig.move("left")


async def test_it_is_enabled_by_the_parameter_and_only_where_there_is_a_line(rig: Rig) -> None:
    assert rig.commands.enabled
    assert not SerialCommands(AbsentSerialLine(), rig.settings).enabled
    await rig.set(Enable="no")
    assert not rig.commands.enabled
