"""Changes on an interface that the camera configures: their order and time, on a recording interface."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from pathlib import Path

import pytest

from ipcamd.access.accounts import Account
from ipcamd.device.host_network import HostNetwork
from ipcamd.network import address_change
from ipcamd.network.address_change import AddressChange
from ipcamd.network.listen_address import ListenAddress
from ipcamd.params import ALL_GROUPS
from ipcamd.params.group import Rank, Values
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.store.keyvalue import KeyValueStore

ADMIN = Account("admin", Rank.ADMIN)
NEW, NEWER = "10.99.1.20", "10.99.1.30"
AT_ONCE_S, NEVER_S = 0.001, 3600.0


class NotedNetwork(HostNetwork):
    """Interface that takes every configuration, when `may_finish` is set."""

    is_configurable = True

    def __init__(self) -> None:
        self.configured: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self.may_finish = asyncio.Event()
        self.may_finish.set()

    def check(self, network: Values, changed: Collection[str]) -> None: ...

    async def configure(self, network: Values, pppoe: Values) -> None:
        self.configured.put_nowait((network["IPAddress"], pppoe["UserName"]))
        await self.may_finish.wait()

    async def confirm(self) -> None: ...

    async def roll_back(self) -> None: ...


class Device:
    """The parts around the interface, of one run of a camera."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self.settings = Settings(self.database, ALL_GROUPS, {})
        self.network = NotedNetwork()
        listen = ListenAddress(self.settings, self.network, ("0.0.0.0",))
        key_values = KeyValueStore(self.database)
        self.change = AddressChange(self.settings, self.network, listen, key_values, lambda _: None, NEVER_S)
        self.change.start()

    async def set(self, group: str, name: str, value: str) -> None:
        await self.settings.update([Change(group, name, value)])

    async def configured(self) -> tuple[str, str]:
        return await asyncio.wait_for(self.network.configured.get(), 30)

    async def stop(self) -> None:
        await self.change.close()
        await self.database.shut_down()


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Callable[[], Device]]:
    devices: list[Device] = []

    def start_device() -> Device:
        devices.append(Device(tmp_path / "ipcamd.db"))
        return devices[-1]

    yield start_device
    await devices[-1].stop()


def delay(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(address_change, "APPLY_DELAY_S", seconds)


async def test_changes_of_both_groups_are_one_configuration(
    start: Callable[[], Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    device = start()
    delay(monkeypatch, NEVER_S)
    await device.set("Network", "IPAddress", NEW)
    waiting = device.change._applying
    await device.set("Network.PPPoE", "UserName", "me")
    assert waiting
    assert waiting.cancelled()
    delay(monkeypatch, AT_ONCE_S)
    await device.set("Network.PPPoE", "UserName", "you")
    assert await device.configured() == (NEW, "you")
    assert device.network.configured.empty()


async def test_a_request_proves_nothing_while_a_newer_change_waits(
    start: Callable[[], Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    device = start()
    device.network.may_finish.clear()
    delay(monkeypatch, AT_ONCE_S)
    await device.set("Network", "IPAddress", NEW)
    assert await device.configured() == (NEW, "")
    delay(monkeypatch, NEVER_S)
    await device.set("Network", "IPAddress", NEWER)
    device.network.may_finish.set()
    await asyncio.gather(*device.change._tasks)
    device.change.note_login(ADMIN, NEWER)
    assert device.change.is_waiting


async def test_unapplied_changes_are_applied_after_a_restart(
    start: Callable[[], Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    delay(monkeypatch, NEVER_S)
    device = start()
    await device.set("Network", "IPAddress", NEW)
    await device.stop()
    delay(monkeypatch, AT_ONCE_S)
    assert await start().configured() == (NEW, "")
