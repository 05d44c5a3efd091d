"""Thumbnails of presets, with a picture that the test names."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.control.ptz.test_controller import Rig

from ipcamd.device.position import PtzPosition
from ipcamd.errors import RequestFailed, StoreError
from ipcamd.settings.change_records import Change


class LookingRig(Rig):
    """A controller with a picture, or without one yet."""

    def build(self) -> None:
        self.seen: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        super().build()

    async def take_thumbnail(self) -> bytes:
        return await asyncio.shield(self.seen)

    async def see(self, picture: bytes) -> None:
        """Complete the waiting request with a picture, and later ones at once."""
        if not self.seen.done():
            self.seen.set_result(picture)
        await asyncio.gather(*self.ptz.thumbnails._making.values(), return_exceptions=True)
        self.seen = asyncio.get_running_loop().create_future()


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[LookingRig]:
    rig = LookingRig(tmp_path)
    yield rig
    await rig.ptz.thumbnails.close()
    await rig.close()
    rig.database.close()


async def test_a_preset_has_the_picture_of_its_place_until_it_is_removed(rig: LookingRig) -> None:
    told: list[object] = []
    rig.motors.watch(lambda: told.append(rig.ptz.thumbnails.tags()))
    await rig.ptz.update_preset(3, "1|8|door")
    assert rig.ptz.thumbnails.picture(3) is None
    await rig.see(b"door")
    assert rig.ptz.thumbnails.picture(3) == b"door"
    tags = rig.ptz.thumbnails.tags()
    assert [bool(tag) for tag in tags] == [False, False, True, False, False, False, False, False]
    assert told[-1] == tags
    await rig.restart()
    assert rig.ptz.thumbnails.picture(3) == b"door"
    await rig.ptz.update_preset(3, "0|5|")
    assert (rig.ptz.thumbnails.picture(3), rig.key_values.get("ptz.thumbnail.3")) == (None, None)


async def test_a_picture_with_other_masks_is_not_shown(rig: LookingRig) -> None:
    mask = {"Left": "0", "Top": "0", "Right": "320", "Bottom": "480"}
    await rig.ptz.update_preset(1, "1|8|door")
    await rig.see(b"door")
    await rig.ptz.update_preset(2, "1|8|gate")  # its picture is taken before the masks change, and comes after it
    await rig.settings.update([Change("Privacy.Mask1", name, value) for name, value in mask.items()])
    await rig.settings.update([Change("Privacy.Mask1", "Enabled", "yes")])
    await rig.see(b"gate")
    assert [rig.ptz.thumbnails.picture(number) for number in (1, 2)] == [None, None]
    assert not any(rig.ptz.thumbnails.tags())
    await rig.ptz.update_preset(3, "1|8|yard")
    await rig.see(b"yard")
    assert rig.ptz.thumbnails.picture(3) == b"yard"
    await rig.settings.update([Change("Privacy.Mask1", "Right", "330")])
    assert rig.ptz.thumbnails.picture(3) is None
    await rig.settings.update([Change("Privacy.Mask1", "Enabled", "no")])
    assert [rig.ptz.thumbnails.picture(number) for number in (1, 2, 3)] == [b"door", b"gate", None]


async def test_a_preset_that_is_stored_again_has_the_new_picture_alone(rig: LookingRig) -> None:
    await rig.ptz.update_preset(1, "1|8|door")
    await rig.see(b"door")
    before = rig.ptz.thumbnails.tags()[0]
    rig.driver.restore(PtzPosition(50, 0, 2))
    await rig.ptz.update_preset(1, "1|8|gate")
    assert rig.ptz.thumbnails.picture(1) is None
    await rig.see(b"gate")
    assert rig.ptz.thumbnails.picture(1) == b"gate"
    assert rig.ptz.thumbnails.tags()[0] != before


async def test_a_preset_that_is_removed_before_there_is_a_picture_gets_none(rig: LookingRig) -> None:
    await rig.ptz.update_preset(1, "1|8|door")
    await rig.ptz.update_preset(1, "0|5|")
    await rig.see(b"door")
    assert rig.key_values.get("ptz.thumbnail.1") is None


async def test_a_preset_that_is_enabled_as_a_parameter_gets_one_and_keeps_it_while_it_is_disabled(
    rig: LookingRig,
) -> None:
    await rig.settings.update([Change("PTZ.PresetList", "Preset2", "1|5|gate")])
    await rig.motors.saved()
    await rig.see(b"gate")
    await rig.settings.update([Change("PTZ.PresetList", "Preset2", "0|5|gate")])
    await rig.motors.saved()
    assert rig.ptz.thumbnails.picture(2) == b"gate"
    await rig.settings.update([Change("PTZ.PresetList", "Preset2", "1|5|gate")])
    await rig.motors.saved()
    assert rig.ptz.thumbnails.picture(2) == b"gate"


@pytest.mark.parametrize("error", [RequestFailed("no picture"), StoreError("the disk is full")])
async def test_without_a_picture_the_preset_is_stored_all_the_same(rig: LookingRig, error: Exception) -> None:
    await rig.ptz.update_preset(1, "1|8|door")
    rig.seen.set_exception(error)
    await rig.see(b"")
    assert rig.ptz.thumbnails.picture(1) is None
    await rig.ptz.go_to_preset(1)


async def test_the_end_of_the_camera_does_not_wait_for_a_picture(rig: LookingRig) -> None:
    await rig.ptz.update_preset(1, "1|8|door")
    async with asyncio.timeout(20):
        await rig.ptz.thumbnails.close()
    assert rig.ptz.thumbnails.picture(1) is None
