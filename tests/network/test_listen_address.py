"""Listing of the interface: reads of the machine's state."""

import asyncio
from pathlib import Path

import pytest

from ipcamd.device.interface_state import InterfaceState
from ipcamd.device.virtual.network import VirtualNetwork
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.network.listen_address import ListenAddress
from ipcamd.params import ALL_GROUPS
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Requester
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database


class WatchedNetwork(VirtualNetwork):
    """The machine's interfaces; records the queries."""

    def __init__(self) -> None:
        super().__init__(VirtualHardware())
        self.asked: list[str] = []

    def state(self, arrived_at: str = "") -> InterfaceState:
        self.asked.append(arrived_at)
        return super().state(arrived_at)


async def test_a_listing_reads_the_interface_once(tmp_path: Path) -> None:
    network, database = WatchedNetwork(), Database(tmp_path / "ipcamd.db")
    listen = ListenAddress(Settings(database, ALL_GROUPS, {}), network, ("0.0.0.0",))
    for address in ("127.0.0.1", "127.0.0.2"):
        by = Requester("admin", "127.0.0.9", "", Rank.ADMIN, address)
        assert [read(by) for read in listen.readers().values()][:2] == [address, "255.0.0.0"]
    assert network.asked == ["127.0.0.1", "127.0.0.2"]
    await asyncio.sleep(0)
    assert listen.readers()["Network", "IPAddress"](by) == "127.0.0.2"
    assert network.asked == ["127.0.0.1", "127.0.0.2", "127.0.0.2"]
    await database.shut_down()


async def test_an_address_that_the_machine_has_lost_is_left(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    database, given = Database(tmp_path / "ipcamd.db"), ("127.0.0.1",)
    for address, hosts in (("203.0.113.9", given), ("127.0.0.2", ("127.0.0.2",))):
        settings = Settings(database, ALL_GROUPS, {("Network", "IPAddress"): address})
        assert ListenAddress(settings, VirtualNetwork(VirtualHardware()), given).hosts == hosts
    lost = "the address 203.0.113.9 is no longer available on this machine"
    assert caplog.messages == [f"{lost}: services listen on 127.0.0.1"]
    await database.shut_down()
