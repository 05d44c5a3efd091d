"""Dynamic DNS with a dyndns2 server of the test: updates, retries, and stored results after a restart."""

import asyncio
import queue
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.e2e.camera import eventually
from tests.network.ddns.dyndns_server import NAME, PASSWORD, USER, DyndnsServer

from ipcamd.device.virtual.network import VirtualNetwork
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.egress.policy import EgressPolicy
from ipcamd.network.ddns import next_update
from ipcamd.network.ddns.updater import DdnsUpdater
from ipcamd.params import ALL_GROUPS
from ipcamd.params.network import DNSUPDATE
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.store.keyvalue import KeyValueStore

pytestmark = pytest.mark.slow

DAY_NS = 86400 * 1_000_000_000
HALF_AN_HOUR_NS = 1800 * 1_000_000_000


class Device:
    """One run of a camera's updater."""

    def __init__(self, path: Path, now_ns: int = DAY_NS, is_local_allowed: bool = True) -> None:
        self.database = Database(path)
        self.settings = Settings(self.database, ALL_GROUPS, {})
        self.notes: asyncio.Queue[str] = asyncio.Queue()
        self.external = ""
        self.updater = DdnsUpdater(
            self.settings,
            EgressPolicy(is_local_allowed),
            VirtualNetwork(VirtualHardware()),
            KeyValueStore(self.database),
            self.database.secret_box.keyed_hash,
            lambda: now_ns,
            self.notes.put_nowait,
            lambda: self.external,
        )
        self.updater.look_s = 0.02
        self.updater.start()

    async def enable(self, url: str, **values: str) -> None:
        wanted = {"Provider": url, "DNSName": NAME, "UserName": USER, "Password": PASSWORD, "Enabled": "yes"} | values
        await self.settings.update([Change(DNSUPDATE.name, name, value) for name, value in wanted.items()])

    @property
    def status(self) -> str:
        param = DNSUPDATE.param("Status")
        assert param
        return self.settings.present(DNSUPDATE, param)

    async def becomes(self, status: str) -> None:
        await asyncio.to_thread(eventually, lambda: self.status == status)

    async def stop(self) -> None:
        await self.updater.close()
        await self.database.shut_down()


class DeviceStarter:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._device: Device | None = None

    async def __call__(self, now_ns: int = DAY_NS, is_local_allowed: bool = True) -> Device:
        await self.stop()
        self._device = Device(self._path, now_ns, is_local_allowed)
        return self._device

    async def stop(self) -> None:
        if self._device:
            await self._device.stop()


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[DeviceStarter]:
    starter = DeviceStarter(tmp_path / "ipcamd.db")
    yield starter
    await starter.stop()


async def answered(server: DyndnsServer) -> str:
    return await asyncio.to_thread(server.asked.get, True, 30)


async def is_left_alone(server: DyndnsServer) -> None:
    """Let the updater check at least ten times; fail if it sent a request."""
    with pytest.raises(queue.Empty):
        await asyncio.to_thread(server.asked.get, True, 0.3)


async def test_the_service_is_updated_once_and_again_when_the_address_changes(start: DeviceStarter) -> None:
    with DyndnsServer() as server:
        device = await start()
        await device.enable(server.url)
        assert await answered(server) == "good 127.0.0.1"
        await device.becomes("good 127.0.0.1")
        await is_left_alone(server)
        device.external = "203.0.113.5"
        assert await answered(server) == "good 203.0.113.5"
        await device.becomes("good 203.0.113.5")


async def test_the_outcome_survives_a_restart(start: DeviceStarter) -> None:
    with DyndnsServer() as server:
        device = await start()
        await device.enable(server.url)
        await device.becomes("good 127.0.0.1")
        assert await answered(server) == "good 127.0.0.1"
        device = await start(25 * DAY_NS)
        assert device.status == "good 127.0.0.1"
        await is_left_alone(server)
        await start(27 * DAY_NS)
        assert await answered(server) == "nochg 127.0.0.1"
        await start(0)  # the clock was set back meanwhile
        await is_left_alone(server)


@pytest.mark.parametrize("word", ["badauth", "abuse", "notfqdn", "nohost", "401"])
async def test_a_permanent_error_ends_the_attempts_until_a_parameter_changes(start: DeviceStarter, word: str) -> None:
    with DyndnsServer([word]) as server:
        device = await start()
        await device.enable(server.url)
        shown = "badauth" if word == "401" else word
        assert await asyncio.wait_for(device.notes.get(), 30) == shown
        await answered(server)
        device = await start(100 * DAY_NS)
        assert device.status == shown
        await is_left_alone(server)
        await device.enable(server.url, UserName="bob")
        assert await answered(server) == "badauth"
        await device.enable(server.url)
        assert await answered(server) == "good 127.0.0.1"


@pytest.mark.parametrize("name", ["Password", "UserName", "DNSName"])
async def test_a_parameter_that_changes_just_before_a_kill_is_tried_at_the_next_start(
    start: DeviceStarter, name: str
) -> None:
    with DyndnsServer(["badauth"]) as server:
        device = await start()
        await device.enable(server.url, **{name: "mistaken.example"})
        await device.becomes("badauth")
        await answered(server)
        await device.updater.close()
        device.updater._restart = lambda is_changed: None  # type: ignore[method-assign]  # killed before it could ask
        await device.enable(server.url)
        await start()
        assert await answered(server) == "good 127.0.0.1"


@pytest.mark.parametrize("word", ["911", "dnserr", "500", "<html>"])
async def test_a_failure_that_may_pass_is_tried_again_after_half_an_hour(start: DeviceStarter, word: str) -> None:
    with DyndnsServer([word]) as server:
        device = await start()
        await device.enable(server.url)
        await asyncio.wait_for(device.notes.get(), 30)
        await answered(server)
        await is_left_alone(server)
        await start(DAY_NS + HALF_AN_HOUR_NS - 60_000_000_000)
        await is_left_alone(server)
        device = await start(DAY_NS + HALF_AN_HOUR_NS)
        assert await answered(server) == "good 127.0.0.1"
        await device.becomes("good 127.0.0.1")


async def test_it_is_tried_again_without_a_restart(start: DeviceStarter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(next_update, "RETRY_S", 0.1)
    with DyndnsServer(["911"]) as server:
        device = await start()
        await device.enable(server.url)
        assert [await answered(server), await answered(server)] == ["911", "good 127.0.0.1"]


async def test_local_services_need_the_option(start: DeviceStarter) -> None:
    with DyndnsServer() as server:
        device = await start(is_local_allowed=False)
        await device.enable(server.url)
        assert "--allow-local-targets" in await asyncio.wait_for(device.notes.get(), 30)
        await is_left_alone(server)


async def test_nothing_is_asked_while_it_is_off(start: DeviceStarter) -> None:
    with DyndnsServer() as server:
        device = await start()
        await device.enable(server.url, Enabled="no")
        await is_left_alone(server)
