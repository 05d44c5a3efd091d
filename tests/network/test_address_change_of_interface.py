"""Undoing of a change on an interface that the camera configures: a real NetworkManager, with the minute shortened."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.device.linux.network_manager.daemon import addresses, bus
from tests.networks import needs_networks, network

from ipcamd.access.accounts import Account
from ipcamd.device.linux.network_manager.bus import ROOT, open_bus
from ipcamd.device.linux.network_manager.driver import NetworkManagerInterface
from ipcamd.errors import RequestFailed
from ipcamd.network import address_change
from ipcamd.network.address_change import PENDING, AddressChange
from ipcamd.network.listen_address import ListenAddress
from ipcamd.params import ALL_GROUPS
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.store.keyvalue import KeyValueStore

__all__ = ["bus", "network"]
pytestmark = [pytest.mark.slow, needs_networks]

ADMIN = Account("admin", Rank.ADMIN)
FIRST, SECOND = "10.99.1.20", "10.99.1.30"
NEVER_S, SOON_S = 3600.0, 0.5


class Device:
    """The parts around the interface, of one run of a camera."""

    def __init__(self, path: Path, confirm_s: float = NEVER_S) -> None:
        self.database = Database(path)
        self.settings = Settings(self.database, ALL_GROUPS, {})
        self.notes: list[str] = []
        self._is_stopped = False
        interface = NetworkManagerInterface()
        listen = ListenAddress(self.settings, interface, ("0.0.0.0",))
        self.settings.guard("Network", listen.guard)
        self.key_values = KeyValueStore(self.database)
        self.change = AddressChange(self.settings, interface, listen, self.key_values, self.notes.append, confirm_s)
        self.change.start()

    async def set(self, group: str = "Network", **values: str) -> None:
        await self.settings.update([Change(group, name, value) for name, value in values.items()])

    async def set_address(self, address: str) -> None:
        await self.set(BootProto="static_ipv4", IPAddress=address, SubnetMask="255.255.255.0")

    async def set_and_keep(self, address: str) -> None:
        await self.set_address(address)
        await becomes(lambda: self._is_confirmed_at(address))
        await has_checkpoint(False)

    async def stop(self) -> None:
        if self._is_stopped:
            return
        self._is_stopped = True
        await self.change.close()
        await self.database.shut_down()

    def _is_confirmed_at(self, address: str) -> bool:
        self.change.note_login(ADMIN, address)
        return not self.change.is_waiting


async def becomes(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  # the condition belongs to this thread
            await asyncio.sleep(0.02)


async def has_checkpoint(wanted: bool) -> None:
    async with open_bus() as connection, asyncio.timeout(20):
        while bool(await connection.read(ROOT, "Checkpoints")) is not wanted:  # noqa: ASYNC110  # it gives no sign
            await asyncio.sleep(0.02)


@pytest.fixture
async def device(bus: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Device]:
    """It has the address `FIRST`."""
    monkeypatch.setattr(address_change, "APPLY_DELAY_S", 0.01)
    first = Device(tmp_path / "db")
    await first.set_and_keep(FIRST)
    assert addresses() == {FIRST}
    yield first
    await first.stop()


async def test_a_request_before_the_change_proves_nothing(device: Device) -> None:
    await device.set(BootProto="dhcp_ipv4")  # there is no server
    device.change.note_login(ADMIN, FIRST)
    assert device.change.is_waiting


async def test_a_request_at_the_new_address_keeps_it(device: Device) -> None:
    await device.set_and_keep(SECOND)
    assert addresses() == {SECOND}
    assert device.notes == []


async def test_without_a_request_the_old_address_comes_back(device: Device) -> None:
    device.change._confirm_s = SOON_S
    await device.set_address(SECOND)
    await becomes(lambda: device.notes)
    assert device.notes == [f"no request arrived at {SECOND} within 0.5 s: the change of the network is undone"]
    assert device.settings["Network"]["IPAddress"] == FIRST
    await becomes(lambda: addresses() == {FIRST})
    await has_checkpoint(False)
    await becomes(lambda: not device.key_values.get(PENDING))


async def test_a_change_that_fails_is_undone_at_once(device: Device) -> None:
    await device.set(InterfaceSelectMode="wireless")
    await becomes(lambda: len(device.notes) == 2)
    assert "no such interface" in device.notes[0]
    assert device.notes[1] == "it could not be configured: the change of the network is undone"
    assert device.settings["Network"]["InterfaceSelectMode"] == "auto"
    assert addresses() == {FIRST}
    assert not device.change.is_waiting


async def test_unused_pppoe_causes_no_wait(device: Device) -> None:
    await device.set("Network.PPPoE", UserName="me", Password="secret")
    await has_checkpoint(True)
    await has_checkpoint(False)
    assert addresses() == {FIRST}


async def test_an_unconfirmed_change_gets_another_minute_after_a_restart(device: Device, tmp_path: Path) -> None:
    await device.set_address(SECOND)
    await becomes(lambda: addresses() == {SECOND})
    await device.stop()
    again = Device(tmp_path / "db", SOON_S)
    await becomes(lambda: again.notes)
    assert again.settings["Network"]["IPAddress"] == FIRST
    await becomes(lambda: addresses() == {FIRST})
    await again.stop()


async def test_inconsistent_values_are_refused(device: Device) -> None:
    for values, reason in (
        ({"IPAddress": ""}, "Network.IPAddress: BootProto=static_ipv4 needs it"),
        ({"DefaultRouter": "10.0.0.1"}, "an address of the network 10.99.1.0/24"),
        ({"DNSServer1": "fd99::1"}, "IPv6 needs BootProto=static_ipv4_ipv6"),
    ):
        with pytest.raises(RequestFailed, match=reason):
            await device.set(**values)
    assert not device.change.is_waiting
