"""Undoing of a change of address that cuts the administrator off: real settings, with the minute shortened."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ipcamd.access.accounts import ANONYMOUS, Account
from ipcamd.device.virtual.network import VirtualNetwork
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.errors import RequestFailed
from ipcamd.network.address_change import AddressChange
from ipcamd.network.listen_address import ListenAddress
from ipcamd.params import ALL_GROUPS
from ipcamd.params.group import Rank, Values
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.store.keyvalue import KeyValueStore

ADMIN = Account("admin", Rank.ADMIN)
NEW = "127.0.0.2"
GIVEN = ("127.0.0.1",)
NEVER_S, AT_ONCE_S = 3600.0, 0.01


class Device:
    """The parts around the address, of one run of a camera."""

    def __init__(self, path: Path, confirm_s: float) -> None:
        self.database = Database(path)
        self.settings = Settings(self.database, ALL_GROUPS, {})
        self.key_values = KeyValueStore(self.database)
        self.notes: asyncio.Queue[str] = asyncio.Queue()
        network = VirtualNetwork(VirtualHardware())
        self.listen = ListenAddress(self.settings, network, GIVEN)
        self.settings.guard("Network", self.listen.guard)
        self.change = AddressChange(
            self.settings, network, self.listen, self.key_values, self.notes.put_nowait, confirm_s
        )
        self.changed = asyncio.Event()
        self.settings.watch("Network", self._tell)
        self.change.start()

    async def set_address(self, address: str) -> None:
        await self.settings.update([Change("Network", "IPAddress", address)])
        self.changed.clear()

    async def stop(self) -> None:
        await self.change.close()
        await self.database.shut_down()

    def _tell(self, _: Values) -> None:
        self.changed.set()


class DeviceStarter:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._devices: list[Device] = []

    def __call__(self, confirm_s: float) -> Device:
        self._devices.append(Device(self._path, confirm_s))
        return self._devices[-1]

    async def stop(self) -> None:
        await self._devices[-1].stop()


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[DeviceStarter]:
    starter = DeviceStarter(tmp_path / "ipcamd.db")
    yield starter
    await starter.stop()


async def test_without_a_request_at_the_new_address_the_old_one_comes_back(start: DeviceStarter) -> None:
    device = start(AT_ONCE_S)
    await device.set_address(NEW)
    await asyncio.wait_for(device.changed.wait(), 30)
    assert device.listen.hosts == GIVEN
    assert device.settings["Network"]["IPAddress"] == ""
    note = await asyncio.wait_for(device.notes.get(), 30)
    assert note == f"no request arrived at {NEW} within 0.01 s: the change of the network is undone"


async def test_a_request_at_the_new_address_keeps_it(start: DeviceStarter) -> None:
    device = start(NEVER_S)
    await device.set_address(NEW)
    for account, address in ((ADMIN, "127.0.0.1"), (ANONYMOUS, NEW)):
        device.change.note_login(account, address)
    assert device.change.is_waiting
    device.change.note_login(ADMIN, NEW)
    assert not device.change.is_waiting
    await start.stop()
    assert start(AT_ONCE_S).listen.hosts == (NEW,)


async def test_a_restart_restarts_the_minute(start: DeviceStarter) -> None:
    await start(NEVER_S).set_address(NEW)
    await start.stop()
    device = start(AT_ONCE_S)
    assert device.listen.hosts == (NEW,)
    await asyncio.wait_for(device.changed.wait(), 30)
    assert device.listen.hosts == GIVEN


async def test_a_second_change_returns_to_the_last_confirmed_address(start: DeviceStarter) -> None:
    await start(NEVER_S).set_address(NEW)
    await start.stop()
    device = start(NEVER_S)
    await device.set_address("127.0.0.3")
    await start.stop()
    device = start(AT_ONCE_S)
    await asyncio.wait_for(device.changed.wait(), 30)
    assert device.listen.hosts == GIVEN


async def test_the_return_to_all_addresses_disconnects_no_client(start: DeviceStarter) -> None:
    device = start(NEVER_S)
    await device.set_address(NEW)
    device.change.note_login(ADMIN, NEW)
    await device.set_address("")
    assert device.listen.hosts == GIVEN
    assert not device.change.is_waiting


async def test_a_refused_change_waits_for_nothing(start: DeviceStarter) -> None:
    device = start(AT_ONCE_S)
    with pytest.raises(RequestFailed, match="not an address of this machine"):
        await device.set_address("203.0.113.9")
    assert not device.change.is_waiting
