"""Release of port mappings while requests are on their way to the router."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.e2e.camera import eventually

from ipcamd.device.interface_state import OwnAddress
from ipcamd.discovery.port_mapping import find_gateway, port_mapping
from ipcamd.discovery.port_mapping.gateway import MappedPort, MappingRequest
from ipcamd.discovery.port_mapping.port_mapping import PortMapping
from ipcamd.egress.policy import EgressPolicy
from ipcamd.store.database import Database
from ipcamd.store.keyvalue import KeyValueStore

REQUEST = MappingRequest(OwnAddress("cam1", "10.99.1.1", 24), "10.99.1.254", "pcp", (("http", 8080),))


class SlowRouter:
    """Maps at once; the test controls the response."""

    name = "slow"

    def __init__(self) -> None:
        self.mapped: set[int] = set()
        self.is_asked, self.answers = asyncio.Event(), asyncio.Event()

    async def map_port(self, port: int, external_port: int) -> MappedPort:
        self.mapped.add(external_port)
        self.is_asked.set()
        await self.answers.wait()
        return MappedPort(port, external_port, 3600)

    async def unmap_port(self, mapped: MappedPort) -> None:
        self.is_asked.set()
        await self.answers.wait()
        self.mapped.remove(mapped.external_port)

    async def external_address(self) -> str:
        return "203.0.113.5"

    async def has_forgotten(self, _: MappedPort) -> bool:
        return False


class Rig:
    """A mapping with a slow router."""

    def __init__(self, folder: Path) -> None:
        self.router, self.database = SlowRouter(), Database(folder / "db")
        self.mapping = PortMapping(KeyValueStore(self.database), EgressPolicy(), lambda _: None)

    async def begin(self, wanted: MappingRequest | None) -> asyncio.Task[None]:
        """Begin to apply, until the router is asked."""
        self.router.is_asked.clear()
        task = asyncio.create_task(self.mapping.apply(wanted))
        await self.router.is_asked.wait()
        return task


@pytest.fixture
async def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path)

    async def find(*_: object) -> SlowRouter:
        return rig.router

    monkeypatch.setattr(find_gateway, "find_gateway", find)
    monkeypatch.setattr(port_mapping, "RELEASE_S", 20)
    yield rig
    await rig.database.shut_down()


async def test_a_mapping_on_its_way_is_removed_too(rig: Rig) -> None:
    await (await rig.begin(REQUEST))
    release = asyncio.create_task(rig.mapping.apply(None))
    await asyncio.sleep(0)
    rig.router.answers.set()
    await release
    assert rig.router.mapped == set()


async def test_a_router_that_never_answers_is_not_waited_for(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port_mapping, "RELEASE_S", 0.05)
    await (await rig.begin(REQUEST))
    await rig.mapping.apply(None)
    assert rig.router.mapped == {8080}


async def test_a_release_that_is_cancelled_is_completed_by_the_next_one(rig: Rig) -> None:
    rig.router.answers.set()
    await (await rig.begin(REQUEST))
    await asyncio.to_thread(eventually, lambda: rig.mapping.status)
    rig.router.answers.clear()
    release = await rig.begin(None)
    release.cancel()
    await asyncio.gather(release, return_exceptions=True)
    last = asyncio.create_task(rig.mapping.apply(None))
    await asyncio.sleep(0)
    rig.router.answers.set()
    await last
    assert rig.router.mapped == set()
