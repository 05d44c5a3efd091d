"""The light at the network socket follows its setting."""

from pathlib import Path

from ipcamd.control.network_led import follow_led_setting
from ipcamd.device.virtual.simple_parts import VirtualLed
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.params import ALL_GROUPS
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database


async def test_it_follows_the_setting_now_and_after_a_restart(tmp_path: Path) -> None:
    with Database(tmp_path / "ipcamd.db") as database:
        hardware, settings = VirtualHardware(), Settings(database, ALL_GROUPS, {})
        follow_led_setting(VirtualLed(hardware), settings)
        assert hardware["led"] == "on"
        for usage in ("off", "on", "off"):
            await settings.update([Change("NetworkLED", "Usage", usage)])
            assert hardware["led"] == usage
    with Database(tmp_path / "ipcamd.db") as database:
        hardware = VirtualHardware()
        follow_led_setting(VirtualLed(hardware), Settings(database, ALL_GROUPS, {}))
        assert hardware["led"] == "off"
